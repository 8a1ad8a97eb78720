import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { hasHostsFile, openEtc } from "./etc-folder";

const { O_RDWR, O_APPEND, O_NOFOLLOW, O_NONBLOCK, O_NOATIME } = constants;
/** A time of access would be one more change of the file, which takes longer than the read. */
const flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOATIME;
const newLine = 0x0a;
/** A later change of a folder may have the same time as an earlier one: the clock of file systems moves in steps. */
const oneTimeMs = 1000;
/** The time of a change can be that of the last step of the clock before it. */
const clockStepMs = 10;
const lastByte = Buffer.alloc(1);

interface Etc {
  readonly descriptor: number;
  readonly changedMs: number;
}

/**
 * A container's hosts file, opened to append to it, and its folder /etc, opened to notice that a program inside replaced the
 * link to that file. While both are open, an addition takes less than half the time.
 *
 * Synchronous for the reason in files/layer.ts.
 */
export class OpenHosts {
  /** Whether `isUnchanged` notices each change of the folder /etc from now on. */
  readonly noticesChanges: boolean;
  /** When this object wrote last. Another time of the file is that of a change by a program inside. */
  #wrote = { fromMs: Infinity, toMs: -Infinity };
  /** Of the open file. While it is open, no other file gets it. */
  readonly #inode: number;

  private constructor(
    private readonly path: string,
    private readonly file: number,
    private readonly etc: Etc | undefined,
  ) {
    this.noticesChanges = etc !== undefined && Date.now() - etc.changedMs > oneTimeMs;
    this.#inode = fstatSync(file).ino;
  }

  /**
   * @param place the container's.
   * @returns undefined if a program inside replaced the link.
   * @throws the error of a missing file, and of a link in its place.
   */
  static open({ delta, hosts }: { readonly delta: string; readonly hosts: string }): OpenHosts | undefined {
    const etc = openedEtc(delta);
    try {
      if (etc !== undefined && hasHostsFile(`/proc/self/fd/${etc.descriptor}`)) {
        closeEtc(etc);
        return undefined;
      }
      const path = `${hosts}/hosts`;
      return new OpenHosts(path, openSync(path, flags), etc);
    } catch (error) {
      closeEtc(etc);
      throw error;
    }
  }

  /** Whether the folder /etc is as it was when it was opened. Otherwise the link may have been replaced. */
  get isUnchanged(): boolean {
    return this.etc !== undefined && fstatSync(this.etc.descriptor).ctimeMs === this.etc.changedMs;
  }

  /**
   * Appends a block. A reader finds the file as before or with all of the block.
   *
   * @param bytes the size that the file must have, with a complete last line.
   * @returns whether it was added: not to anything else than a regular file with one name, nor to one that a program inside
   * moved away.
   * @throws the error of a missing file.
   */
  append(block: Buffer, bytes: number): boolean {
    const stats = lstatSync(this.path);
    return (
      stats.ino === this.#inode &&
      stats.isFile() &&
      stats.nlink === 1 &&
      stats.size === bytes &&
      // Not the time of the content, which a program inside can set.
      (this.#isOwn(stats.ctimeMs) || this.#endsLine(bytes)) &&
      this.#appendWhole(block, bytes)
    );
  }

  close(): void {
    try {
      closeSync(this.file);
    } finally {
      closeEtc(this.etc);
    }
  }

  #isOwn(changedMs: number): boolean {
    return changedMs >= this.#wrote.fromMs && changedMs <= this.#wrote.toMs;
  }

  #endsLine(bytes: number): boolean {
    return bytes > 0 && readSync(this.file, lastByte, 0, 1, bytes - 1) === 1 && lastByte[0] === newLine;
  }

  /** A part of a block would stay in the file forever, as lines of the container. */
  #appendWhole(block: Buffer, bytes: number): boolean {
    const fromMs = Date.now() - clockStepMs;
    const written = writeSync(this.file, block);
    this.#wrote = { fromMs, toMs: Date.now() + 1 };
    if (written < block.length && fstatSync(this.file).size === bytes + written) {
      ftruncateSync(this.file, bytes);
    }
    return written === block.length;
  }
}

/** The time is read before the caller looks into the folder, so that no change is between them. */
function openedEtc(delta: string): Etc | undefined {
  const descriptor = openEtc(delta);
  return descriptor === undefined ? undefined : { descriptor, changedMs: fstatSync(descriptor).ctimeMs };
}

function closeEtc(etc: Etc | undefined): void {
  if (etc !== undefined) {
    closeSync(etc.descriptor);
  }
}
