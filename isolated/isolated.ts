import { join } from "node:path";
import { execa } from "execa";
import { MccError, messageOf } from "../protocol/error";
import { runInForeground } from "./foreground";
import { kernelLimitsSchema, readKernelLimits, restoreKernelLimits } from "./kernel-limits";
import { makeMountpoints, removeMountpoints } from "./mounts";
import { joinRuns } from "./runs";

/** Shared by all checkouts and users of the host; outside of the folders that a run covers. */
const runsFile = "/run/minicloud-isolated";
const newNamespaces = ["--net", "--mount", "--propagation", "private"];

/**
 * Runs a command in a network and a mount namespace of its own, with this terminal, and ends what it leaves
 * running there: containers first, by LXC's own means, then every other process. Several can run at the same time;
 * the last one to end gives back what they have of the host in common.
 *
 * @returns the command's exit code; 128 + the signal's number when a signal ended it.
 * @throws MccError `unavailable` that says what this host lacks.
 */
export async function runIsolated(command: readonly string[]): Promise<number> {
  await checkNamespaces();
  const run = await joinRuns(runsFile, {
    note: readKernelLimits,
    parse: (json) => kernelLimitsSchema.parse(json),
  });
  try {
    await makeMountpoints();
    return await runInForeground("unshare", [
      ...newNamespaces,
      process.execPath,
      join(__dirname, "inside.js"),
      ...command,
    ]);
  } finally {
    await run.leave(async (limits) => {
      await restoreKernelLimits(limits);
      await removeMountpoints();
    });
  }
}

async function checkNamespaces(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new MccError(
      "unavailable",
      "Only root can make the namespaces that keep a command apart: become root (sudo -i, su -) and try again.",
    );
  }
  try {
    await execa("unshare", [...newNamespaces, "ip", "link", "set", "lo", "up"]);
  } catch (error) {
    throw new MccError(
      "unavailable",
      `This host does not let root make namespaces (needs util-linux, iproute2 and CAP_SYS_ADMIN): ${lastLine(messageOf(error))}`,
      { cause: error },
    );
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
