import type { ContainerFile, Driver } from "../../../driver/driver";

const path = "/root/.ssh/authorized_keys";

/** The lines around the lines of the daemon. Everything else in the file belongs to the users of the instance. */
export const blockStart =
  "# BEGIN MiniCloud: changes in this block are lost when the keys of the instance change";
export const blockEnd = "# END MiniCloud";

/** The daemon keeps no more of an instance's file in memory, and replaces a larger one as a whole. */
const mostBytes = 1024 * 1024;

/** A change of the file in an instance. */
export interface KeysChange {
  readonly before: ContainerFile;
  readonly after: ContainerFile;
}

/** Returns the file of a new instance, which contains only the block of the daemon. */
export function authorizedKeysFile(lines: readonly string[]): ContainerFile {
  return fileOf(blockOf(lines));
}

/**
 * Reads the file of an instance, and returns it with other keys in the block of the daemon. All other lines stay. A file
 * that is a link, not a regular file or too large is replaced as a whole, so that no instance keeps a key that was removed.
 *
 * @param lines the new lines of the daemon.
 * @param former the lines of the daemon so far. A file of an earlier release has no block, and contains these.
 */
export async function changeOfKeys(
  driver: Pick<Driver, "readFile">,
  id: number,
  lines: readonly string[],
  former: readonly string[],
): Promise<KeysChange> {
  const found = await driver.readFile(id, path, mostBytes + 1);
  if (found === undefined || found.length > mostBytes) {
    return { before: authorizedKeysFile(former), after: authorizedKeysFile(lines) };
  }
  // One character for each byte, because the lines of users can have any encoding.
  const text = Buffer.from(found).toString("latin1");
  return { before: fileOf(text), after: fileOf(withBlock(text, blockOf(lines), [...former, ...lines])) };
}

/**
 * Replaces the block in the text of a file, or adds it at the end.
 *
 * @param own lines to remove from a text without a complete block, or with parts of another one.
 */
export function withBlock(text: string, block: string, own: readonly string[]): string {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const users: string[] = [];
  let place: number | undefined;
  let hasStray = false;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const last = isStart(line) ? endOfBlock(lines, index) : undefined;
    if (last !== undefined) {
      place ??= users.length;
      index = last;
    } else if (isStart(line) || isEnd(line)) {
      hasStray = true;
    } else {
      users.push(line);
    }
  }
  const ours = new Set(place === undefined || hasStray ? own.map(toBytes) : []);
  const isKept = (line: string): boolean => !ours.has(line.trim());
  const before = users.slice(0, place).filter(isKept);
  const after = place === undefined ? [] : users.slice(place).filter(isKept);
  return joined(before) + block + joined(after);
}

/** Returns the index of the last line of a block; undefined for a start without an end, after which users' lines follow. */
function endOfBlock(lines: readonly string[], start: number): number | undefined {
  let next = start + 1;
  while (next < lines.length && !isStart(lines[next] ?? "") && !isEnd(lines[next] ?? "")) {
    next += 1;
  }
  return isEnd(lines[next] ?? "") ? next : undefined;
}

function isStart(line: string): boolean {
  return line.startsWith("# BEGIN MiniCloud");
}

function isEnd(line: string): boolean {
  return line.startsWith(blockEnd);
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function blockOf(lines: readonly string[]): string {
  return joined([blockStart, ...lines.map(toBytes), blockEnd]);
}

function toBytes(line: string): string {
  return Buffer.from(line).toString("latin1");
}

function fileOf(text: string): ContainerFile {
  return { path, content: Buffer.from(text, "latin1"), mode: 0o600, folderMode: 0o700 };
}
