import { join } from "node:path";
import { z } from "zod";
import { writeJsonFile } from "../../support/files/json-file";
import type { DamagedFiles } from "../state/damaged-files";

/** As in the first MiniCloud, which left lower ids to other programs' containers. */
const firstId = 500;
/** A write for each id would cost a sync for each instance. A crash skips the rest of a block. */
const blockSize = 32;

/** Longer ones do not fit into the names of network interfaces. */
export const highestId = 99_999_999;
/** Ids after the highest one in use may have been given out, without a trace. */
const leapSize = 10_000;

const fileSchema = z.strictObject({ next: z.int().min(firstId).max(highestId) });

/** Gives out ids, each only once in the life of a state folder, whatever happens to the daemon. */
export class IdSequence {
  readonly #path: string;
  #next: number;
  /** The file covers ids below this one, or will soon. */
  #covered: number;
  /** The present content of the file. */
  #written: number;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    path: string,
    next: number,
    private readonly wasLost: boolean,
  ) {
    this.#path = path;
    this.#next = next;
    this.#covered = next;
    this.#written = next;
  }

  /** @param isNew whether the state folder is new: then the file is not missing. */
  static async open(stateFolder: string, damaged: DamagedFiles, isNew: boolean): Promise<IdSequence> {
    const path = join(stateFolder, "next-id.json");
    const file = await damaged.read(path, fileSchema);
    const wasLost = file === undefined && !isNew;
    if (isNew) {
      await writeJsonFile(path, { next: firstId });
    }
    if (wasLost) {
      damaged.report(path, "it was lost; new ids leave a gap after those in use");
    }
    return new IdSequence(path, file?.next ?? firstId, wasLost);
  }

  /** How many ids were given out or skipped in the life of the state folder; undefined if the file was lost. */
  get handedOut(): number | undefined {
    return this.wasLost ? undefined : this.#next - firstId;
  }

  /**
   * Call it after all ids in use were skipped. If the file was lost, ids continue at the next multiple of 10,000, because
   * those after the highest in use may have been given out shortly before.
   */
  leapIfLost(): void {
    if (this.wasLost) {
      this.#next = Math.ceil((this.#next + 1) / leapSize) * leapSize;
      // The next id is written before it is used.
      this.#covered = this.#next;
    }
  }

  /** Takes the next id at once; it may be used when `settled` has resolved. */
  take(): number {
    const id = this.#next;
    this.#next += 1;
    this.#cover(id);
    return id;
  }

  /** Records the next `count` ids with one write. */
  foresee(count: number): void {
    this.#cover(this.#next + count - 1);
  }

  /** Works as `skip`; the id is safe when `settled` has resolved. */
  keep(id: number): void {
    this.skip(id);
    this.#cover(id);
  }

  /** Never gives out an id up to this one, because something on this host has it already. */
  skip(id: number): void {
    this.#next = Math.max(this.#next, id + 1);
  }

  /** Resolves when the ids taken so far are on disk, so that they are never given out again. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Returns the rest of the block, so that a clean restart leaves no gap. */
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
    // A write that failed does not prevent the next one.
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#writeNow(next));
    // Callers that need the id await `settled` and get the error there.
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
