import { join } from "node:path";
import { execa } from "execa";
import { MccError, messageOf } from "../protocol/error";
import { runInForeground } from "./foreground";
import { kernelLimitsSchema, readKernelLimits, restoreKernelLimits } from "./kernel-limits";
import { makeMountpoints, removeMountpoints } from "./mounts";
import { joinRuns } from "./runs";

/** The file that all checkouts and users of the host share. It is outside of the covered folders. */
const runsFile = "/run/minicloud-isolated";
const newNamespaces = ["--net", "--mount", "--propagation", "private"];

/**
 * Runs a command in a new network and mount namespace, with this terminal. Afterwards it stops the remaining containers
 * with LXC, and then ends every other process. Several runs can exist at the same time. The last one restores the
 * host's shared settings.
 *
 * @returns the command's exit code, or 128 + the number of the signal that ended it.
 * @throws MccError `unavailable` that names the missing requirement.
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
      "Only root can create the namespaces of an isolated run; become root (sudo -i, su -) and try again.",
    );
  }
  try {
    await execa("unshare", [...newNamespaces, "ip", "link", "set", "lo", "up"]);
  } catch (error) {
    throw new MccError(
      "unavailable",
      `Creating namespaces failed (${lastLine(messageOf(error))}); it needs util-linux, iproute2 and CAP_SYS_ADMIN.`,
      { cause: error },
    );
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
