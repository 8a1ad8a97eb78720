import type { Stats } from "node:fs";
import { link, lstat, readdir, rename, stat } from "node:fs/promises";
import { relative } from "node:path";
import type { Logger } from "pino";
import type { z } from "zod";
import { unlessErrno } from "../../../protocol/errno";
import { messageOf } from "../../../protocol/error";
import type { DamagedFile } from "../../../protocol/methods/server";
import { isFileSystemFault } from "../../support/files/file-system-fault";
import {
  asciiLine,
  kindOf,
  type Reading,
  readKeptBytes,
  readKeptJson,
  readKeptText,
} from "../../support/files/kept-file";
import { ensureFolder } from "../../support/files/make-folder";
import { DamagedFolder, type Most, type Move } from "./damaged-folder";

export interface ReadOptions<T> {
  /** Default: 16 MiB. */
  readonly mostBytes?: number;
  /** Returns what is wrong with a value that the schema allows; undefined if nothing is. */
  readonly check?: (value: T) => string | undefined;
}

/** The damaged files of a state folder. Each is moved away, and the daemon continues without it. */
export class DamagedFiles {
  readonly #folder: DamagedFolder;
  /** Latest first. */
  #found: DamagedFile[] = [];
  #ready: Promise<void> | undefined;

  constructor(
    private readonly stateFolder: string,
    private readonly log: Logger,
    private readonly most: Most = { shown: 100, kept: 10_000 },
  ) {
    this.#folder = new DamagedFolder(stateFolder, log, most);
  }

  /** Lists the files that earlier daemons moved there. */
  async open(): Promise<void> {
    this.#ready ??= this.#folder.open().then((earlier) => {
      // The files that this daemon found before are later than all of those.
      this.#found = [...this.#found, ...earlier].slice(0, this.most.kept);
    });
    await this.#ready;
  }

  /** Returns the latest ones, latest first. */
  list(): DamagedFile[] {
    return this.#found.slice(0, this.most.shown);
  }

  get total(): number {
    return this.#found.length;
  }

  /**
   * Reads a JSON file. A damaged one is moved away.
   *
   * @returns undefined if there is none, or it was moved away.
   */
  async read<S extends z.ZodType>(
    path: string,
    schema: S,
    { mostBytes, check }: ReadOptions<z.output<S>> = {},
  ): Promise<z.output<S> | undefined> {
    const reading = await readKeptJson(path, schema, mostBytes);
    const problem = reading.outcome === "read" ? check?.(reading.value) : undefined;
    return await this.#valueOf(
      path,
      problem === undefined ? reading : { outcome: "damaged", reason: problem },
    );
  }

  /** Works as `read`, for a text. */
  async readText(path: string, { mostBytes, check }: ReadOptions<string> = {}): Promise<string | undefined> {
    const reading = await readKeptText(path, mostBytes);
    const problem = reading.outcome === "read" ? check?.(reading.value) : undefined;
    return await this.#valueOf(
      path,
      problem === undefined ? reading : { outcome: "damaged", reason: problem },
    );
  }

  /** Works as `read`, for a file whose content the caller checks. */
  async readBytes(
    path: string,
    { mostBytes }: Pick<ReadOptions<Buffer>, "mostBytes"> = {},
  ): Promise<Buffer | undefined> {
    return await this.#valueOf(path, await readKeptBytes(path, mostBytes));
  }

  /**
   * Creates a folder of the daemon in an existing one. Something else in its place, or a folder that cannot be read, is moved
   * away first. Where the file system refuses the folder, the daemon continues without it.
   *
   * @returns its entries.
   */
  async makeFolder(path: string, mode: number): Promise<string[]> {
    if (!(await this.requireFolder(path)) && !(await this.#make(path, mode))) {
      return [];
    }
    try {
      return await readdir(path);
    } catch (error) {
      await this.setAside(path, `it cannot be read: ${messageOf(error)}`);
      await this.#make(path, mode);
      return [];
    }
  }

  /** @returns whether it was created; false also if something else could not be moved out of its place. */
  async #make(path: string, mode: number): Promise<boolean> {
    try {
      return await ensureFolder(path, mode);
    } catch (error) {
      if (!isFileSystemFault(error)) {
        throw error;
      }
      this.log.error({ err: error, path }, "a folder could not be created; the daemon continues without it");
      return false;
    }
  }

  /**
   * Moves away what is in the place of a folder. A link to a folder counts as a folder: an operator made it.
   *
   * @returns whether there is a folder.
   */
  async requireFolder(path: string): Promise<boolean> {
    const found = await unlessErrno(lstat(path), "ENOENT", "ENOTDIR");
    const target = found?.isSymbolicLink() === true ? await stat(path).catch(() => found) : found;
    if (found !== undefined && target?.isDirectory() !== true) {
      await this.setAside(path, `it is ${kindOf(found)}, and a folder is expected`);
      return false;
    }
    return found !== undefined;
  }

  /** Moves away anything else than a file in the place of a file: the next write there would fail. */
  async requireFile(path: string): Promise<void> {
    const found: Stats | undefined = await unlessErrno(lstat(path), "ENOENT", "ENOTDIR");
    if (found !== undefined && !found.isFile()) {
      await this.setAside(path, `it is ${kindOf(found)}, not a file`);
    }
  }

  /**
   * Moves a damaged file or folder to `damaged/<time>-<its path>`, with the reason in a file next to it. Links are
   * moved, never followed. One that cannot be moved stays, and a later write of the daemon replaces it.
   */
  async setAside(path: string, reason: string): Promise<void> {
    await this.#take(path, reason, rename);
  }

  /** Works as `setAside`, and leaves the file in its place too, until the caller replaces it. */
  async keepCopy(path: string, reason: string): Promise<void> {
    await this.#take(path, reason, link);
  }

  async #take(path: string, reason: string, move: Move): Promise<void> {
    const file = relative(this.stateFolder, path);
    const words = { file: asciiLine(file), reason: asciiLine(reason) };
    try {
      await this.open();
      this.#note({ ...words, ...(await this.#folder.take(path, reason, move)) });
    } catch (error) {
      this.log.error({ err: error, file }, "a damaged file could not be moved; it stays where it is");
      this.report(path, reason);
    }
  }

  /** Reports something that is missing or cannot be moved, once for a path and a reason. */
  report(path: string, reason: string): void {
    const file = asciiLine(relative(this.stateFolder, path));
    const words = asciiLine(reason);
    if (!this.#found.some((found) => found.file === file && found.reason === words)) {
      this.#note({ file, reason: words, time: new Date().toISOString() });
    }
  }

  #note(damage: DamagedFile): void {
    this.#found = [damage, ...this.#found].slice(0, this.most.kept);
    const { file, reason, movedTo } = damage;
    // Without its time, because every line has one.
    this.log.error(
      { file, reason, movedTo },
      "a file of the state folder is damaged; the daemon continues without it",
    );
  }

  async #valueOf<T>(path: string, reading: Reading<T>): Promise<T | undefined> {
    if (reading.outcome === "damaged") {
      await this.setAside(path, reading.reason);
    }
    return reading.outcome === "read" ? reading.value : undefined;
  }
}
