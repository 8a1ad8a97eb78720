import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { quietly, replaceBy } from "../../../support/files/json-file";
import { ensureFolder } from "../../../support/files/make-folder";
import { syncData, syncFolder } from "../../../support/files/sync";
import { countsMark, removedMark } from "./journal-lines";

/** The file of a journal. Only the daemon writes there. What it has written survives a power cut. */
export class JournalFile {
  /** The file as this daemon left it. */
  #left: { readonly inode: number; readonly bytes: number } | undefined;
  /** Whether something else can be in the file, after a failure. */
  #isInDoubt = false;

  constructor(readonly path: string) {}

  /** The length as this daemon left it. */
  get bytes(): number {
    return this.#left?.bytes ?? 0;
  }

  get isEmpty(): boolean {
    return !this.#isInDoubt && this.bytes === 0;
  }

  /** Returns false for a file that is in doubt, is missing, was replaced, or has another length. */
  isAsLeft(): boolean {
    if (this.#isInDoubt || this.#left === undefined) {
      return false;
    }
    const found = lstatSync(this.path, { throwIfNoEntry: false });
    return found?.ino === this.#left.inode && found.size === this.#left.bytes;
  }

  /** Takes over the file of an earlier daemon. @param bytes the length without a line that was being written. */
  async adopt(bytes: number): Promise<void> {
    this.#isInDoubt = true;
    await this.#opened(async (descriptor) => {
      ftruncateSync(descriptor, bytes);
      // The earlier daemon can have been killed before its sync, and this one now relies on what it has read.
      await syncData(descriptor);
      await syncFolder(dirname(this.path));
      this.#left = { inode: fstatSync(descriptor).ino, bytes };
      this.#isInDoubt = false;
    });
  }

  /** Replaces the file by one with this content. */
  async replace(content: Buffer): Promise<void> {
    const folder = dirname(this.path);
    await ensureFolder(folder, 0o700);
    let inode = 0;
    await replaceBy(this.path, 0o600, async (descriptor) => {
      writeFileSync(descriptor, content);
      await syncData(descriptor);
      inode = fstatSync(descriptor).ino;
    });
    await syncFolder(folder);
    this.#left = { inode, bytes: content.length };
    this.#isInDoubt = false;
  }

  /**
   * Marks lines as removed, and appends lines. After a failure, both are taken back: the callers go on with the records as
   * they were, and the next daemon must not read others.
   *
   * @param marks where the removed lines begin.
   * @returns why the new lines are refused, if only they are: the marks need no space.
   */
  async change(marks: readonly number[], text: Buffer): Promise<{ readonly refusal?: unknown }> {
    return await this.#opened(async (descriptor) => {
      const end = this.bytes;
      try {
        marks.forEach((at) => writeSync(descriptor, removedMark, at));
        const refusal = append(descriptor, text, end);
        await syncData(descriptor);
        this.#noteBytes(refusal === undefined ? end + text.length : end);
        return refusal ?? {};
      } catch (error) {
        await this.#takeBack(descriptor, marks, end).catch(() => undefined);
        throw error;
      }
    });
  }

  async empty(): Promise<void> {
    await this.#opened(async (descriptor) => {
      ftruncateSync(descriptor, 0);
      await syncData(descriptor);
      this.#noteBytes(0);
    });
  }

  #noteBytes(bytes: number): void {
    this.#left &&= { ...this.#left, bytes };
  }

  async #takeBack(descriptor: number, marks: readonly number[], end: number): Promise<void> {
    // If a step fails, the next change or the next settlement writes the file again.
    this.#isInDoubt = true;
    try {
      marks.forEach((at) => writeSync(descriptor, countsMark, at));
    } finally {
      ftruncateSync(descriptor, end);
    }
    await syncData(descriptor);
    this.#isInDoubt = false;
  }

  async #opened<T>(work: (descriptor: number) => Promise<T>): Promise<T> {
    const descriptor = openSync(this.path, constants.O_RDWR | constants.O_NOFOLLOW);
    try {
      return await work(descriptor);
    } finally {
      // Everything is synced by now, so a failure of the close changes nothing for the callers.
      quietly(() => closeSync(descriptor));
    }
  }
}

/** Appends all of the text, or nothing. @returns why it is refused. */
function append(descriptor: number, text: Buffer, end: number): { readonly refusal: unknown } | undefined {
  try {
    // One write can be short, for example where the last of the space is used up.
    for (let written = 0; written < text.length; ) {
      written += writeSync(descriptor, text, written, text.length - written, end + written);
    }
    return undefined;
  } catch (refusal) {
    ftruncateSync(descriptor, end);
    return { refusal };
  }
}
