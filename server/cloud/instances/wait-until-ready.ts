import type { Rung } from "../../../protocol/methods/readiness";
import type { ExecResult } from "../../driver/driver";
import { Deadline } from "../../support/time-limits";
import type { InstanceContext } from "./context";
import type { ManagedInstance } from "./instance";
import { climb } from "./readiness/ladder";
import { runUserData, userDataRung } from "./user-data/user-data";

const maxProbeOutputBytes = 4096;
const simulatedLog = {
  output: Buffer.from("This instance is simulated, and its userData was not run.\n").toString("base64"),
  truncated: false,
};

/**
 * Waits as long as the instance's `waitFor` asks. The userData comes before what usually waits for that; it is left
 * out after the first start. Instances in memory are ready at once, and run no scripts.
 *
 * @throws MccError `timeout`, `invalid` for userData that fails; what ends the instance's making.
 */
export async function waitUntilReady(
  context: InstanceContext,
  instance: ManagedInstance,
  timeoutMs: number,
  userData?: string,
): Promise<void> {
  const { waitFor = [], hideOutput } = instance.record;
  if (context.driver.capabilities.simulated) {
    if (userData !== undefined) {
      await context.logs.write(instance.record, simulatedLog);
    }
    return;
  }
  const deadline = new Deadline(timeoutMs);
  const target = {
    address: instance.record.ipAddress,
    exec: (command: readonly string[], limitMs: number) => probe(context, instance, command, limitMs),
  };
  const onRung = (words: string): void => {
    instance.waitingFor = words;
  };
  const climbTo = (rungs: readonly Rung[]): Promise<void> =>
    climb(rungs, { target, deadline, hideOutput, signal: instance.abort.signal, onRung });
  try {
    if (userData === undefined) {
      await climbTo(waitFor);
      return;
    }
    await climbTo(waitFor.filter(comesBeforeUserData));
    onRung(userDataRung);
    await runUserData(context, instance, userData, deadline);
    await climbTo(waitFor.filter((rung) => !comesBeforeUserData(rung)));
  } finally {
    instance.waitingFor = undefined;
  }
}

function comesBeforeUserData(rung: Rung): boolean {
  return typeof rung === "string";
}

async function probe(
  { driver, limits }: InstanceContext,
  { id }: ManagedInstance,
  command: readonly string[],
  timeoutMs: number,
): Promise<ExecResult> {
  const request = { command, stdin: Buffer.alloc(0), timeoutMs, maxOutputBytes: maxProbeOutputBytes };
  return await limits.guest(() => driver.exec(id, request));
}
