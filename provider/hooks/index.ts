import { fleetHooks } from "./fleet/hooks";
import { instanceHooks } from "./instance/hooks";
import { keyHooks } from "./key";
import { underGuard } from "./sdk/guard";

/** Exports the hooks that the recorded providers call, in the engine's dynamic-provider process. */
export const fleet = underGuard("Fleet", fleetHooks);
export const instance = underGuard("Instance", instanceHooks);
export const key = underGuard("Key", keyHooks);
