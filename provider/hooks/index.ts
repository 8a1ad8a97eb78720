import { fleetHooks } from "./fleet";
import { underGuard } from "./guard";
import { instanceHooks } from "./instance";
import { keyHooks } from "./key";

/** What the serialised shells call, in the engine's dynamic-provider process. */
export const fleet = underGuard(fleetHooks);
export const instance = underGuard(instanceHooks);
export const key = underGuard(keyHooks);
