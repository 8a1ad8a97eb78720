import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { errnoOf } from "../../../../protocol/errno";
import { addedBlock } from "../../hosts-text";
import type { Engine } from "../engine";
import type { ContainerPlace } from "../place";

const { O_RDWR, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
/** A larger file is written again, so that its blocks become one. */
const mostBytes = 256 * 1024;
const newLine = 0x0a;

/**
 * Appends lines to the hosts files of containers, as a block of their own. A reader finds the file as before or with all lines.
 * Synchronous for the reason in files/layer.ts.
 *
 * @param engine has the sizes of the files after the daemon's last write. Those that change are set. A file of another size was changed by a program
 * inside, which may have removed earlier names.
 * @returns the ids of those that have them now: not of one whose file is missing, large, of another size, no regular file or
 * without an end of its last line, whose file system refuses it, or whose link a program inside replaced.
 */
export function addHosts(
  containers: readonly ContainerPlace[],
  lines: readonly string[],
  { hostsSizes: sizes, hostsLinks }: Pick<Engine, "hostsSizes" | "hostsLinks">,
): Set<number> {
  const blocks = new Map<number, Buffer | undefined>();
  /** Most files of a stack have the same size. */
  const blockFor = (fileBytes: number): Buffer | undefined => {
    if (!blocks.has(fileBytes)) {
      const text = addedBlock(lines, fileBytes);
      blocks.set(fileBytes, text === undefined ? undefined : Buffer.from(text));
    }
    return blocks.get(fileBytes);
  };
  const done = containers.filter((container) => {
    const { id, hosts } = container;
    try {
      const before = sizes.get(id);
      const after =
        before === undefined || hostsLinks.isReplaced(container)
          ? undefined
          : append(`${hosts}/hosts`, before, blockFor);
      if (after !== undefined) {
        sizes.set(id, after);
      }
      return after !== undefined;
    } catch (error) {
      if (errnoOf(error) !== "") {
        return false;
      }
      throw error;
    }
  });
  return new Set(done.map(({ id }) => id));
}

/** @returns the new size; undefined if nothing was added. */
function append(
  path: string,
  before: number,
  blockFor: (fileBytes: number) => Buffer | undefined,
): number | undefined {
  const file = openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (
      !stats.isFile() ||
      stats.nlink !== 1 ||
      stats.size !== before ||
      before > mostBytes ||
      lastByte(file, before) !== newLine
    ) {
      return undefined;
    }
    const block = blockFor(before);
    return block !== undefined && appendWhole(file, block, before) ? before + block.length : undefined;
  } finally {
    closeSync(file);
  }
}

function lastByte(file: number, size: number): number | undefined {
  const byte = Buffer.alloc(1);
  return size > 0 && readSync(file, byte, 0, 1, size - 1) === 1 ? byte[0] : undefined;
}

/** A part of a block would stay in the file forever, as lines of the container. */
function appendWhole(file: number, block: Buffer, before: number): boolean {
  const written = writeSync(file, block);
  if (written < block.length && fstatSync(file).size === before + written) {
    ftruncateSync(file, before);
  }
  return written === block.length;
}
