import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  renameSync,
  type Stats,
  writeSync,
} from "node:fs";
import { realpath } from "node:fs/promises";
import { hasErrno } from "../../protocol/errno";
import { messageOf } from "../../protocol/error";
import { logFileFlags, logFileMode, openLogFile, passingFailures } from "./open-file";
import { shiftOldLogs } from "./shift-old-files";
import type { LogTarget } from "./sink";

export interface LogFileOptions {
  readonly path: string;
  /** The size at which a new file is started; 0 for never. */
  readonly maxBytes: number;
  /** The number of old files, `<path>.1` (the latest) and so on; at least 1. */
  readonly oldFiles: number;
}

/** The number of bytes after which a failed rotation is tried again. */
const rotateAgainBytes = 1024 * 1024;
const openAgainPauseMs = 1_000;

/** The daemon's log file, which rotates itself. A failed rotation leaves all files in their places. */
export class LogFile implements LogTarget {
  onReplaced?: () => void;
  /** The file's path without links: an operator may have created one. */
  #realPath: string;
  #descriptor: number | undefined;
  #size = 0;
  #rotateAt: number;
  #failure: unknown;
  #opening: Promise<void> | undefined;
  #openedLast = 0;

  private constructor(
    private readonly options: LogFileOptions,
    private readonly report: (trouble: string) => void,
  ) {
    this.#realPath = options.path;
    this.#rotateAt = this.#limit;
  }

  /**
   * Opens the file for appending. If the disk is temporarily unable to create it, the log tries again later.
   *
   * @param report receives later failures.
   * @throws like `openLogFile`.
   */
  static async open(options: LogFileOptions, report: (trouble: string) => void): Promise<LogFile> {
    const file = new LogFile(options, report);
    try {
      await file.#open();
    } catch (error) {
      if (!hasErrno(error, ...passingFailures)) {
        throw error;
      }
      file.#failure = error;
    }
    return file;
  }

  /**
   * Opens the path again, for an operator who has moved the file away. After a failure, the previous file stays in use.
   */
  async reopen(): Promise<void> {
    this.#opening ??= this.#open()
      .catch((error: unknown) => {
        this.#failure = error;
        if (this.#descriptor !== undefined) {
          this.report(`The log file ${this.options.path} could not be opened again: ${messageOf(error)}`);
        }
      })
      .finally(() => {
        this.#opening = undefined;
      });
    await this.#opening;
  }

  /** Closes the file. */
  close(): void {
    if (this.#descriptor !== undefined) {
      closeSync(this.#descriptor);
      this.#descriptor = undefined;
    }
  }

  beginLine(bytes: number): void {
    if (this.#descriptor === undefined || this.#size === 0 || this.#size + bytes <= this.#rotateAt) {
      return;
    }
    try {
      // Another program may have written to it, or truncated it.
      this.#size = fstatSync(this.#descriptor).size;
      if (this.#size + bytes > this.#rotateAt) {
        this.#rotate(this.#descriptor);
      }
    } catch (error) {
      this.#rotateAt = this.#size + rotateAgainBytes;
      this.report(`The log file ${this.#realPath} could not be rotated and grows: ${messageOf(error)}`);
    }
  }

  write(bytes: Uint8Array): number {
    if (this.#descriptor === undefined) {
      if (Date.now() - this.#openedLast >= openAgainPauseMs) {
        void this.reopen();
      }
      throw this.#failure;
    }
    const written = writeSync(this.#descriptor, bytes);
    this.#size += written;
    return written;
  }

  get #limit(): number {
    return this.options.maxBytes === 0 ? Number.POSITIVE_INFINITY : this.options.maxBytes;
  }

  async #open(): Promise<void> {
    this.#openedLast = Date.now();
    const descriptor = await openLogFile(this.options.path);
    try {
      this.#realPath = await realpath(this.options.path);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    this.#use(descriptor);
    this.onReplaced?.();
  }

  #use(descriptor: number): void {
    this.close();
    const stats = fstatSync(descriptor);
    this.#descriptor = descriptor;
    this.#size = stats.size;
    this.#rotateAt = stats.isFile() ? this.#limit : Number.POSITIVE_INFINITY;
  }

  /** @throws the system's error. Then the file is still in its place and in use. */
  #rotate(descriptor: number): void {
    const path = this.#realPath;
    const stats = fstatSync(descriptor);
    if (!isSame(stats, lstatSync(path, { throwIfNoEntry: false }))) {
      // Another program has moved it away. The path is checked again.
      this.#rotateAt = this.#size + rotateAgainBytes;
      void this.reopen();
      return;
    }
    shiftOldLogs(path, this.options.oldFiles);
    renameSync(path, `${path}.1`);
    try {
      this.#use(openSync(path, logFileFlags | constants.O_EXCL | constants.O_NOFOLLOW, logFileMode));
    } catch (error) {
      renameSync(`${path}.1`, path);
      throw error;
    }
  }
}

function isSame(one: Stats, other: Stats | undefined): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}
