import { readInside } from "../../read-inside";
import type { Target } from "../commands/command";
import { hostsFileWith, hostsPath, mostHostsBytes } from "../files/system-files";
import type { Guest } from "./guest";

/**
 * Replaces the daemon's block in the hosts file of a running container. Other lines stay. A process inside reads and
 * writes the file, so no link of the container is followed.
 */
export async function setHostsInside(
  guest: Guest,
  target: Target,
  lines: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const content = await readInside(
    (request) => guest.exec(target, request),
    hostsPath,
    mostHostsBytes,
    timeoutMs,
  );
  const before = content === undefined ? undefined : Buffer.from(content).toString("latin1");
  const file = hostsFileWith(before, lines);
  if (file !== undefined) {
    await guest.writeFile(target, file);
  }
}
