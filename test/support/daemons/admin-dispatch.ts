import type { Logger } from "pino";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";
import { createDispatch } from "../../../server/methods/calls/dispatch";

/** Calls a method as the local admin. */
export type AdminDispatch = (
  method: string,
  parameters: readonly unknown[],
  signal?: AbortSignal,
) => Promise<unknown>;

export function adminDispatch(cloud: Cloud, log: Logger): AdminDispatch {
  const dispatch = createDispatch(cloud, log);
  return (method, parameters, signal) => dispatch(localAdmin, method, parameters, signal);
}
