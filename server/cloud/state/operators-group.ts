import { chmod, chown, readFile, stat } from "node:fs/promises";

/** Members of this group of the host may use the daemon without being root. */
const groupName = "minicloud";

/** Makes root's file readable for the operators' group, if the host has one, and otherwise for its owner alone. */
export async function shareWithOperators(path: string): Promise<void> {
  const groupId = process.getuid?.() === 0 ? await findGroup() : undefined;
  const [group, mode] = groupId === undefined ? [undefined, 0o600] : [groupId, 0o640];
  const { uid, gid, mode: current } = await stat(path);
  // A correct mode is not set again, because a read-only file system refuses that too.
  if (group !== undefined && (uid !== 0 || gid !== group)) {
    await chown(path, 0, group);
  }
  if ((current & 0o7777) !== mode) {
    await chmod(path, mode);
  }
}

async function findGroup(): Promise<number | undefined> {
  const groups = await readFile("/etc/group", "utf8");
  const [, id] = new RegExp(`^${groupName}:[^:]*:(\\d+):`, "m").exec(groups) ?? [];
  return id === undefined ? undefined : Number(id);
}
