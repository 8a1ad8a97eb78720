import { join } from "node:path";
import { z } from "zod";
import { readJsonFile, writeJsonFile } from "./json-file";
import { tolerate } from "./tolerate";

/** As in the first MiniCloud, whose ids left room below for containers of others. */
const firstId = 500;
/** A write for each id would cost a sync for each instance; what a crash leaves of a block is skipped. */
const blockSize = 32;

const fileSchema = z.strictObject({ next: z.int().min(firstId) });

/** Gives out ids, each once in the life of a state folder, whatever happens to the daemon. */
export class IdSequence {
  readonly #path: string;
  #next: number;
  /** Ids below this one are, or will be, covered by what the file says. */
  #covered: number;
  /** What the file says now. */
  #written: number;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, next: number) {
    this.#path = path;
    this.#next = next;
    this.#covered = next;
    this.#written = next;
  }

  static async open(stateFolder: string): Promise<IdSequence> {
    const path = join(stateFolder, "next-id.json");
    const file = await tolerate(["ENOENT"], readJsonFile(path, fileSchema));
    return new IdSequence(path, file?.next ?? firstId);
  }

  /** Taken at once; it may be used when `settled` has resolved. */
  take(): number {
    const id = this.#next;
    this.#next += 1;
    this.#cover(id);
    return id;
  }

  /** Lets the next `count` ids become safe together, with one write. */
  foresee(count: number): void {
    this.#cover(this.#next + count - 1);
  }

  /** As `skip`, and safe from being given out again when `settled` has resolved. */
  keep(id: number): void {
    this.skip(id);
    this.#cover(id);
  }

  /** Never gives out an id up to this one again, as something on this host has it already. */
  skip(id: number): void {
    this.#next = Math.max(this.#next, id + 1);
  }

  /** Resolves when the ids taken so far are safe from being given out again. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Gives the rest of the block back, so that a clean restart leaves no gap. */
  async close(): Promise<void> {
    this.#write(this.#next);
    await this.#writing;
  }

  #cover(id: number): void {
    if (id >= this.#covered) {
      this.#covered = id + blockSize;
      this.#write(this.#covered);
    }
  }

  #write(next: number): void {
    // One that failed does not keep the next from trying.
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#writeNow(next));
    // Whoever needs the id awaits `settled` and gets the error there.
    this.#writing.catch(() => undefined);
  }

  async #writeNow(next: number): Promise<void> {
    try {
      await writeJsonFile(this.#path, { next });
      this.#written = next;
    } catch (error) {
      this.#covered = this.#written;
      throw error;
    }
  }
}
