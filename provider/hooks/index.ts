import { instanceHooks } from "./instance";
import { keyHooks } from "./key";
import { underGuard } from "./guard";

/** What the serialised shells call, in the engine's dynamic-provider process. */
export const instance = underGuard(instanceHooks);
export const key = underGuard(keyHooks);
