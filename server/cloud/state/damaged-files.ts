import type { Stats } from "node:fs";
import { lstat, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import pLimit from "p-limit";
import type { Logger } from "pino";
import type { z } from "zod";
import { messageOf } from "../../../protocol/error";
import type { DamagedFile } from "../../../protocol/methods/server";
import { isFileSystemFault } from "../../support/files/file-system-fault";
import { kindOf, printable, type Reading, readKeptJson, readKeptText } from "../../support/files/kept-file";
import { ensureFolder } from "../../support/files/make-folder";
import { tolerate } from "../../support/files/tolerate";
import { damagedName, parseDamagedName, reasonFile } from "./damaged-name";

interface Most {
  /** How many `server.info` shows, the latest ones. */
  readonly shown: number;
  /** How many stay in the folder; then the oldest are removed. */
  readonly kept: number;
}

export interface ReadOptions<T> {
  /** Default: 16 MiB. */
  readonly mostBytes?: number;
  /** What is wrong with a value that the schema allows; undefined for nothing. */
  readonly check?: (value: T) => string | undefined;
}

/**
 * The files of a state folder that were found damaged. Each is moved to `<state>/damaged`, where nothing is ever
 * overwritten, and the daemon goes on without it.
 */
export class DamagedFiles {
  readonly #folder: string;
  /** Latest first. */
  #found: DamagedFile[] = [];
  /** Names in the folder, oldest first. */
  #kept: string[] = [];
  #ready: Promise<void> | undefined;
  /** One after the other, or two could choose the same free name. */
  readonly #inTurn = pLimit(1);

  constructor(
    private readonly stateFolder: string,
    private readonly log: Logger,
    private readonly most: Most = { shown: 100, kept: 10_000 },
  ) {
    this.#folder = join(stateFolder, "damaged");
  }

  /** Takes note of what earlier daemons moved there. */
  async open(): Promise<void> {
    this.#ready ??= this.#prepare();
    await this.#ready;
  }

  /** The latest, latest first. */
  list(): DamagedFile[] {
    return this.#found.slice(0, this.most.shown);
  }

  get total(): number {
    return this.#found.length;
  }

  /**
   * Reads a JSON file. A damaged one is moved away.
   *
   * @returns undefined where there is none, or none any more.
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

  /** As `read`, for a text. */
  async readText(path: string, { mostBytes, check }: ReadOptions<string> = {}): Promise<string | undefined> {
    const reading = await readKeptText(path, mostBytes);
    const problem = reading.outcome === "read" ? check?.(reading.value) : undefined;
    return await this.#valueOf(
      path,
      problem === undefined ? reading : { outcome: "damaged", reason: problem },
    );
  }

  /**
   * Makes a folder of the daemon's, below one that is there. What is not a folder, or cannot be read, is moved away
   * before. Where the file system refuses the folder, the daemon goes on without it.
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

  /** @returns whether it was made; false also where something else could not be moved out of its place. */
  async #make(path: string, mode: number): Promise<boolean> {
    try {
      return await ensureFolder(path, mode);
    } catch (error) {
      if (!isFileSystemFault(error)) {
        throw error;
      }
      this.log.error({ err: error, path }, "a folder could not be made; the daemon goes on without it");
      return false;
    }
  }

  /**
   * Moves away what is in the place of a folder. A link to a folder is one, brought from elsewhere by an operator.
   *
   * @returns whether there is a folder.
   */
  async requireFolder(path: string): Promise<boolean> {
    const found = await tolerate(["ENOENT", "ENOTDIR"], lstat(path));
    const target = found?.isSymbolicLink() === true ? await stat(path).catch(() => found) : found;
    if (found !== undefined && target?.isDirectory() !== true) {
      await this.setAside(path, `it is ${kindOf(found)}, and a folder is expected`);
      return false;
    }
    return found !== undefined;
  }

  /** Moves away what is in the place of a file and is none; what is written there next would fail. */
  async requireFile(path: string): Promise<void> {
    const found: Stats | undefined = await tolerate(["ENOENT", "ENOTDIR"], lstat(path));
    if (found !== undefined && !found.isFile()) {
      await this.setAside(path, `it is ${kindOf(found)}, not a file`);
    }
  }

  /**
   * Moves a damaged file or folder to `damaged/<time>-<its path>`, with the reason in a file next to it. Links are
   * moved, never followed. Where it cannot be moved it stays, and what the daemon writes there later replaces it.
   */
  async setAside(path: string, reason: string): Promise<void> {
    const file = relative(this.stateFolder, path);
    const words = { file: printable(file), reason: printable(reason) };
    try {
      await this.open();
      await ensureFolder(this.#folder, 0o700);
      this.#note({ ...words, ...(await this.#inTurn(() => this.#move(path, file, reason))) });
    } catch (error) {
      this.log.error({ err: error, file }, "a damaged file could not be moved; it stays where it is");
      this.#note({ ...words, time: new Date().toISOString() });
    }
  }

  /** Takes note of something that is missing or cannot be moved. Once for a path and a reason. */
  report(path: string, reason: string): void {
    const file = printable(relative(this.stateFolder, path));
    const words = printable(reason);
    if (!this.#found.some((found) => found.file === file && found.reason === words)) {
      this.#note({ file, reason: words, time: new Date().toISOString() });
    }
  }

  #note(damage: DamagedFile): void {
    this.#found = [damage, ...this.#found].slice(0, this.most.kept);
    const { file, reason, movedTo } = damage;
    // Without its time, as every line has one.
    this.log.error(
      { file, reason, movedTo },
      "a file of the state folder is damaged; the daemon goes on without it",
    );
  }

  async #valueOf<T>(path: string, reading: Reading<T>): Promise<T | undefined> {
    if (reading.outcome === "damaged") {
      await this.setAside(path, reading.reason);
    }
    return reading.outcome === "read" ? reading.value : undefined;
  }

  async #move(path: string, file: string, reason: string): Promise<{ time: string; movedTo: string }> {
    let now = Date.now();
    let name = damagedName(now, file);
    // Nothing is overwritten: of two in the same millisecond one gets the next.
    while ((await tolerate(["ENOENT"], lstat(join(this.#folder, name)))) !== undefined) {
      now += 1;
      name = damagedName(now, file);
    }
    const movedTo = join(this.#folder, name);
    await rename(path, movedTo);
    this.#kept.push(name);
    await writeFile(reasonFile(movedTo), `${printable(reason)}\n`, { flag: "wx", mode: 0o600 }).catch(
      (error: unknown) => this.log.warn({ err: error, movedTo }, "the reason could not be written"),
    );
    await this.#removeOldest();
    return { time: new Date(now).toISOString(), movedTo };
  }

  async #removeOldest(): Promise<void> {
    while (this.#kept.length > this.most.kept) {
      const [oldest = ""] = this.#kept.splice(0, 1);
      const path = join(this.#folder, oldest);
      this.log.warn({ path }, `more than ${this.most.kept} damaged files: the oldest is removed`);
      await rm(path, { recursive: true, force: true });
      await rm(reasonFile(path), { force: true });
    }
  }

  async #prepare(): Promise<void> {
    try {
      await this.#clearOwnPlace();
    } catch (error) {
      // Damaged files then stay where they are.
      this.log.error({ err: error, path: this.#folder }, "the folder of damaged files could not be made");
    }
    const names =
      (await tolerate(["ENOENT"], readdir(this.#folder)).catch((error: unknown) => {
        this.log.error({ err: error }, "the folder of damaged files cannot be read");
        return undefined;
      })) ?? [];
    const earlier = names.sort().flatMap((name) => {
      const named = parseDamagedName(name);
      return named === undefined ? [] : { name, named };
    });
    this.#kept = earlier.map(({ name }) => name);
    const unshown = Math.max(0, earlier.length - this.most.shown);
    const described = earlier.map(async ({ name, named }, index) => ({
      ...named,
      reason: index < unshown ? unknownReason : await this.#reasonOf(name),
      movedTo: join(this.#folder, name),
    }));
    // What this daemon found before is later than all of those.
    this.#found = [...this.#found, ...(await Promise.all(described)).reverse()];
  }

  /** Moves away what is in the place of the folder. */
  async #clearOwnPlace(): Promise<void> {
    const found = await tolerate(["ENOENT"], lstat(this.#folder));
    if (found === undefined || found.isDirectory()) {
      return;
    }
    const aside = join(this.stateFolder, damagedName(Date.now(), "damaged"));
    await rename(this.#folder, aside);
    await ensureFolder(this.#folder, 0o700);
    const { movedTo } = await this.#move(
      aside,
      "damaged",
      `it is ${kindOf(found)}, and a folder is expected`,
    );
    this.log.error({ movedTo }, "the folder of damaged files was not a folder");
  }

  async #reasonOf(name: string): Promise<string> {
    const reading = await readKeptText(reasonFile(join(this.#folder, name)), 4096);
    const words = reading.outcome === "read" ? printable(reading.value.trim()) : "";
    // A full disk takes the file, and nothing in it.
    return words === "" ? unknownReason : words;
  }
}

const unknownReason = "an earlier daemon found it damaged; its log has the reason";
