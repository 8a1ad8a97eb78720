import type { Measurements } from "./bench";
import { fleet } from "./fleet";
import { instances } from "./instances";
import { load } from "./load";
import { openvz } from "./openvz";
import { pulumiUp } from "./pulumi-up";

/** Contains every measurement. */
export const measurements: Measurements = { instances, fleet, "pulumi-up": pulumiUp, openvz, load };
