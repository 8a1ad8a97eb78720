import type { Rung } from "../../../protocol/methods/values/readiness";
import type { ExecResult } from "../../driver/driver";
import { Deadline } from "../../support/time-limits";
import type { InstanceContext } from "./context";
import type { Instance } from "./instance";
import { checkingMemory } from "./out-of-memory";
import { climb } from "./readiness/ladder";
import { runUserData, userDataRung } from "./user-data/user-data";

const maxProbeOutputBytes = 4096;
const simulatedLog = {
  output: Buffer.from("This instance is simulated, and its userData was not run.\n").toString("base64"),
  truncated: false,
};

interface Progress {
  /** The script to run. Default: none. */
  readonly userData?: string | undefined;
  /** Rungs that it has reached already: the plain ones up to these need no wait. Default: none. */
  readonly reached?: readonly Rung[] | undefined;
}

/**
 * Waits until the rungs of the instance's `waitFor` are reached. The userData runs before the rungs that usually wait for
 * it, and only at the first start. Simulated instances are ready at once, and run no scripts.
 *
 * @throws MccError `timeout`, `invalid` for userData that fails; the reason for which the creation was ended.
 */
export async function waitUntilReady(
  context: InstanceContext,
  instance: Instance,
  timeoutMs: number,
  { userData, reached = [] }: Progress = {},
): Promise<void> {
  const { waitFor = [], hideOutput } = instance.record;
  if (context.driver.capabilities.simulated) {
    if (userData !== undefined) {
      await context.state.logs.write(instance.record, simulatedLog);
    }
    return;
  }
  const deadline = new Deadline(timeoutMs);
  const target = {
    address: instance.record.ipAddress,
    exec: (command: readonly string[], limitMs: number) => probe(context, instance, command, limitMs),
  };
  const onRung = (rung: string): void => instance.waitFor(rung);
  const climbTo = (rungs: readonly Rung[]): Promise<void> =>
    climb(rungs, { target, deadline, hideOutput, signal: instance.abort.signal, onRung });
  const isReached = (rung: Rung): boolean => reached.includes(rung) || reached.includes("ssh");
  const steps = async (): Promise<void> => {
    if (userData === undefined) {
      await climbTo(waitFor.filter((rung) => !comesBeforeUserData(rung) || !isReached(rung)));
      return;
    }
    await climbTo(waitFor.filter((rung) => comesBeforeUserData(rung) && !isReached(rung)));
    onRung(userDataRung);
    await runUserData(context, instance, userData, deadline);
    await climbTo(waitFor.filter((rung) => !comesBeforeUserData(rung)));
  };
  try {
    await checkingMemory(context, instance, steps);
  } finally {
    instance.waitFor(undefined);
  }
}

function comesBeforeUserData(rung: Rung): boolean {
  return typeof rung === "string";
}

async function probe(
  { driver }: InstanceContext,
  { id }: Instance,
  command: readonly string[],
  timeoutMs: number,
): Promise<ExecResult> {
  const request = { command, stdin: Buffer.alloc(0), timeoutMs, maxOutputBytes: maxProbeOutputBytes };
  return await driver.exec(id, request);
}
