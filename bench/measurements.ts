import type { Measurements } from "./bench";
import { fleet } from "./fleet";
import { instances } from "./instances";
import { openvz } from "./openvz";
import { pulumiUp } from "./pulumi-up";

/** Every measurement there is. */
export const measurements: Measurements = { instances, fleet, "pulumi-up": pulumiUp, openvz };
