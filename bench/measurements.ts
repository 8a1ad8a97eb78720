import type { Measurements } from "./measurement";
import { calls } from "./measurements/calls";
import { death } from "./measurements/death";
import { firstCommand } from "./measurements/first-command";
import { fleet } from "./measurements/fleet";
import { incus } from "./measurements/incus";
import { instances } from "./measurements/instances";
import { laterStarts } from "./measurements/later-starts";
import { load } from "./measurements/load";
import { lxd } from "./measurements/lxd";
import { memory } from "./measurements/memory";
import { openvz } from "./measurements/openvz";
import { pulumiUp, pulumiUpSimulated, pulumiUpWarm } from "./measurements/pulumi-up";
import { scale } from "./measurements/scale";
import { simulatedCreates } from "./measurements/simulated-creates";
import { warm } from "./measurements/warm";

/** Contains every measurement, in the order in which they run. */
export const measurements: Measurements = {
  "first-command": firstCommand,
  warm,
  instances,
  fleet,
  "later-starts": laterStarts,
  death,
  "pulumi-up": pulumiUp,
  "pulumi-up-warm": pulumiUpWarm,
  "pulumi-up-simulated": pulumiUpSimulated,
  calls,
  "simulated-creates": simulatedCreates,
  scale,
  memory,
  load,
  openvz,
  lxd,
  incus,
};
