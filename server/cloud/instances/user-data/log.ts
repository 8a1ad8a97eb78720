import { MccError } from "../../../../protocol/error";
import type { MethodResult } from "../../../../protocol/methods/method-table";
import type { SharedWork } from "../../../support/concurrency/shared-work";
import type { Caller } from "../../access/caller";
import type { InstanceCatalog, InstanceTarget } from "../catalog";
import type { InstanceContext } from "../context";
import type { Instance } from "../instance";
import type { UserDataLog } from "./logs";
import { readUserDataLog, userDataRung } from "./user-data";

/** Shares one reading of an instance's log among all clients that ask at a time: many readings would delay other instances. */
export type LogReadings = SharedWork<Instance, UserDataLog>;

/**
 * Returns the output of an instance's userData: from the instance while the script runs, later from the state folder.
 *
 * @throws MccError `not-found`; `conflict` for an instance without userData.
 */
export async function logOf(
  context: InstanceContext,
  catalog: InstanceCatalog,
  readings: LogReadings,
  caller: Caller,
  target: InstanceTarget,
): Promise<MethodResult<"instance.log">> {
  const { logs } = context.state;
  const recalled = catalog.find(caller, target) === undefined ? logs.recall(caller, target) : undefined;
  if (recalled !== undefined) {
    return { running: false, ...recalled };
  }
  const instance = catalog.get(caller, target);
  if (instance.record.userDataDigest === undefined) {
    throw new MccError(
      "conflict",
      `Instance ${instance.title} was created without userData, so it has no log.`,
    );
  }
  const kept = await logs.read(instance.record);
  if (kept !== undefined) {
    return { running: false, ...kept };
  }
  if (instance.waitingFor !== userDataRung) {
    return { running: instance.record.phase === "creating", output: "", truncated: false };
  }
  return {
    running: true,
    ...(await readings.run(instance, () => readUserDataLog(context, instance))),
  };
}
