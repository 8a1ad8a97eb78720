import { hasErrno } from "../../protocol/errno";
import { messageOf } from "../../protocol/error";

/** The destination of a log's lines. */
export interface LogTarget {
  /** Called before each line. A file is rotated here. It never throws. */
  beginLine?(bytes: number): void;
  /**
   * Writes as many bytes as possible without waiting.
   *
   * @returns the number of bytes written.
   * @throws the system's error; `EAGAIN` if it would have to wait.
   */
  write(bytes: Uint8Array): number;
  /** Set by the sink. The target calls it when it starts to write to another file. */
  onReplaced?: () => void;
}

export interface SinkOptions {
  /** Returns the line that reports dropped lines. */
  readonly noteOf: (dropped: number, reason: string) => string;
  /** The number of bytes that wait in memory for a slow reader. */
  readonly mostBytes?: number;
}

interface Line {
  readonly bytes: Buffer;
  /** The number of lines that are lost with it: a note of dropped lines counts as all of them. */
  readonly count: number;
}

const defaultMostBytes = 1024 * 1024;
/** Waiting lines are written together, up to this size: a socket's room is limited by writes as well as by bytes. */
const mostTogether = 16 * 1024;
/** The pause before a blocked target is tried again. It doubles with each failed try. */
const blockedPauseMs = { least: 5, most: 500 };
const failedPauseMs = 1_000;
/** At the end of the process, the sink waits for a slow reader up to half a second. */
const lastTries = 20;
const lastTryPauseMs = 25;
const lineFeed = 0x0a;
const noReader = "the reader of the log does not keep up";

/**
 * Writes lines immediately, so that a kill loses none, and never waits or throws. While the target would block, lines
 * wait in memory, up to a limit. A line that cannot be written is dropped and counted. As soon as the log can be
 * written again, it reports the number of dropped lines.
 */
export class LogSink {
  readonly #waiting: Line[] = [];
  #waitingBytes = 0;
  /** The rest of a line that was written in part. It is written first, so that lines stay complete. */
  #rest: Buffer | undefined;
  #dropped = 0;
  #reason = "";
  #isBlocked = false;
  #pauseMs = blockedPauseMs.least;
  /** The target may log its own failures during a write. */
  #isWriting = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly target: LogTarget,
    private readonly options: SinkOptions,
  ) {
    target.onReplaced = () => this.#dropRest();
  }

  /** @param line with its line feed. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    const { mostBytes = defaultMostBytes } = this.options;
    if (this.#waiting.length > 0 && this.#waitingBytes + bytes.length > mostBytes) {
      this.#drop(1, noReader);
    } else {
      this.#addNote();
      this.#add({ bytes, count: 1 });
    }
    if (!this.#isBlocked && !this.#isWriting) {
      this.flush();
    }
  }

  /** Writes the waiting lines, as far as possible now. */
  flush(): void {
    this.#isBlocked = false;
    this.#isWriting = true;
    try {
      this.#writeAll();
    } catch (error) {
      this.#isBlocked = hasErrno(error, "EAGAIN");
      if (!this.#isBlocked) {
        this.#dropWaiting(messageOf(error));
      }
    } finally {
      this.#isWriting = false;
    }
    this.#tryLater();
  }

  /** Writes the waiting lines at the end of the process. Waits for a slow reader up to half a second. */
  end(): void {
    this.flush();
    for (let tries = 0; this.#isBlocked && tries < lastTries; tries += 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lastTryPauseMs);
      this.flush();
    }
    clearTimeout(this.#retry);
  }

  #writeAll(): void {
    this.#writeRest();
    this.#addNote();
    while (this.#waiting.length > 0) {
      const { bytes, lines } = this.#together();
      this.target.beginLine?.(bytes.length);
      const written = this.#writePart(bytes);
      this.#waiting.splice(0, lines);
      this.#waitingBytes -= bytes.length;
      this.#rest = bytes.subarray(written);
      this.#writeRest();
    }
  }

  /** Returns the first waiting line, and those after it that fit into the same write. */
  #together(): { readonly bytes: Buffer; readonly lines: number } {
    let size = 0;
    const tooMany = this.#waiting.findIndex(({ bytes }, index) => {
      size += bytes.length;
      return index > 0 && size > mostTogether;
    });
    const lines = this.#waiting.slice(0, tooMany === -1 ? undefined : tooMany);
    return { bytes: Buffer.concat(lines.map(({ bytes }) => bytes)), lines: lines.length };
  }

  #writePart(bytes: Buffer): number {
    const written = this.target.write(bytes);
    this.#pauseMs = blockedPauseMs.least;
    return written;
  }

  #writeRest(): void {
    while (this.#rest !== undefined && this.#rest.length > 0) {
      this.#rest = this.#rest.subarray(this.#writePart(this.#rest));
    }
    this.#rest = undefined;
  }

  #add(line: Line): void {
    this.#waiting.push(line);
    this.#waitingBytes += line.bytes.length;
  }

  /** Adds the note of dropped lines at the place where they are missing. */
  #addNote(): void {
    if (this.#dropped > 0) {
      const note = this.options.noteOf(this.#dropped, this.#reason);
      this.#add({ bytes: Buffer.from(note), count: this.#dropped });
      this.#dropped = 0;
    }
  }

  #drop(count: number, reason: string): void {
    this.#dropped += count;
    this.#reason = reason;
  }

  #dropWaiting(reason: string): void {
    const lines = this.#waiting.splice(0);
    this.#waitingBytes = 0;
    this.#drop(
      lines.reduce((sum, { count }) => sum + count, 0),
      reason,
    );
  }

  #dropRest(): void {
    if (this.#rest !== undefined && this.#rest.length > 0) {
      const lines = this.#rest.filter((byte) => byte === lineFeed).length;
      this.#drop(lines, "the log file was replaced");
    }
    this.#rest = undefined;
  }

  #tryLater(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (this.#isBlocked || this.#dropped > 0 || this.#rest !== undefined) {
      this.#retry = setTimeout(() => this.flush(), this.#pause()).unref();
    }
  }

  #pause(): number {
    if (!this.#isBlocked) {
      return failedPauseMs;
    }
    const pause = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pause, blockedPauseMs.most);
    return pause;
  }
}
