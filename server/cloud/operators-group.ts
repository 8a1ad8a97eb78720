import { chmod, chown, readFile } from "node:fs/promises";

/** Members of this group of the host may use the daemon without being root. */
const groupName = "minicloud";

/** Lets root's file be read by the operators' group where the host has one, and by nobody else but its owner. */
export async function shareWithOperators(path: string): Promise<void> {
  const groupId = process.getuid?.() === 0 ? await findGroup() : undefined;
  if (groupId === undefined) {
    await chmod(path, 0o600);
    return;
  }
  await chown(path, 0, groupId);
  await chmod(path, 0o640);
}

async function findGroup(): Promise<number | undefined> {
  const groups = await readFile("/etc/group", "utf8");
  const [, id] = new RegExp(`^${groupName}:[^:]*:(\\d+):`, "m").exec(groups) ?? [];
  return id === undefined ? undefined : Number(id);
}
