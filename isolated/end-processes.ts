import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { hasErrno } from "../protocol/errno";
import { MccError } from "../protocol/error";
import { type NetworkProcess, processesOfThisNetwork } from "./network-processes";

const stopTimeoutMs = 20_000;
const graceMs = 10_000;
const lookEveryMs = 50;

/**
 * Ends every other process of this network namespace. LXC itself stops containers, because its monitors remove the
 * cgroups and must never be killed. Other processes get SIGTERM, and then SIGKILL if they do not end.
 *
 * @throws MccError `timeout` that names the processes that did not end.
 */
export async function endProcesses(): Promise<void> {
  await stopContainers();
  await signalOthers("SIGTERM");
  await untilGone(graceMs);
  // A daemon can have started another container before it ended.
  await stopContainers();
  await signalOthers("SIGKILL");
  const left = await untilGone(graceMs);
  if (left.length > 0) {
    const names = left.map(({ pid, words }) => `${pid} (${words.join(" ").slice(0, 80)})`);
    throw new MccError("timeout", `These processes did not end after SIGKILL: ${names.join(", ")}.`);
  }
}

async function stopContainers(): Promise<void> {
  const processes = await processesOfThisNetwork();
  const containers = processes.flatMap(({ container }) => (container === undefined ? [] : [container]));
  await Promise.all(
    containers.map(({ path, name }) =>
      execa("lxc-stop", ["--kill", "-P", path, "-n", name], { reject: false, timeout: stopTimeoutMs }),
    ),
  );
}

async function signalOthers(signal: NodeJS.Signals): Promise<void> {
  for (const { pid, container } of await processesOfThisNetwork()) {
    if (container === undefined) {
      kill(pid, signal);
    }
  }
}

/** Waits until all processes have ended. @returns the remaining processes after the timeout. */
async function untilGone(timeoutMs: number): Promise<NetworkProcess[]> {
  const end = Date.now() + timeoutMs;
  let left = await processesOfThisNetwork();
  while (left.length > 0 && Date.now() < end) {
    await sleep(lookEveryMs);
    left = await processesOfThisNetwork();
  }
  return left;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasErrno(error, "ESRCH")) {
      throw error;
    }
  }
}
