import { lstat, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import pLimit from "p-limit";
import type { Logger } from "pino";
import { unlessErrno } from "../../../protocol/errno";
import type { DamagedFile } from "../../../protocol/methods/server";
import { asciiLine, kindOf, readKeptText } from "../../support/files/kept-file";
import { ensureFolder } from "../../support/files/make-folder";
import { damagedName, parseDamagedName, reasonFile } from "./damaged-name";

export interface Most {
  /** How many `server.info` shows, the latest ones. */
  readonly shown: number;
  /** How many stay in the folder; then the oldest are removed. */
  readonly kept: number;
}

/** Gives a file its place here: `rename`, or `link` for a file that stays in its own place too. */
export type Move = (path: string, movedTo: string) => Promise<void>;

/** The folder `<state>/damaged`, which keeps damaged files for the operator. Nothing there is overwritten. */
export class DamagedFolder {
  readonly #folder: string;
  /** Names in the folder, oldest first. */
  #kept: string[] = [];
  /** Moves run one after the other; otherwise two could choose the same free name. */
  readonly #inTurn = pLimit(1);

  constructor(
    private readonly stateFolder: string,
    private readonly log: Logger,
    private readonly most: Most,
  ) {
    this.#folder = join(stateFolder, "damaged");
  }

  /** Clears the folder's place if necessary. @returns the files that earlier daemons moved there, latest first. */
  async open(): Promise<DamagedFile[]> {
    try {
      await this.#clearOwnPlace();
    } catch (error) {
      // Damaged files then stay in their places.
      this.log.error({ err: error, path: this.#folder }, "the folder of damaged files could not be created");
    }
    const names =
      (await unlessErrno(readdir(this.#folder), "ENOENT").catch((error: unknown) => {
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
    return (await Promise.all(described)).reverse();
  }

  /**
   * Moves a file or folder of the state folder here, with the reason in a file next to it.
   *
   * @throws the system's error; then it stays in its place.
   */
  async take(path: string, reason: string, move: Move): Promise<{ time: string; movedTo: string }> {
    await ensureFolder(this.#folder, 0o700);
    return await this.#inTurn(() => this.#take(path, reason, { move }));
  }

  async #take(
    path: string,
    reason: string,
    { file = relative(this.stateFolder, path), move }: { file?: string; move: Move },
  ): Promise<{ time: string; movedTo: string }> {
    let now = Date.now();
    let name = damagedName(now, file);
    // Nothing is overwritten: of two in the same millisecond, one gets the next millisecond.
    while ((await unlessErrno(lstat(join(this.#folder, name)), "ENOENT")) !== undefined) {
      now += 1;
      name = damagedName(now, file);
    }
    const movedTo = join(this.#folder, name);
    await move(path, movedTo);
    this.#kept.push(name);
    await writeFile(reasonFile(movedTo), `${asciiLine(reason)}\n`, { flag: "wx", mode: 0o600 }).catch(
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

  /** Moves away what is in the place of the folder. */
  async #clearOwnPlace(): Promise<void> {
    const found = await unlessErrno(lstat(this.#folder), "ENOENT");
    if (found === undefined || found.isDirectory()) {
      return;
    }
    const aside = join(this.stateFolder, damagedName(Date.now(), "damaged"));
    await rename(this.#folder, aside);
    await ensureFolder(this.#folder, 0o700);
    const { movedTo } = await this.#take(aside, `it is ${kindOf(found)}, and a folder is expected`, {
      file: "damaged",
      move: rename,
    });
    this.log.error({ movedTo }, "the folder of damaged files was not a folder");
  }

  async #reasonOf(name: string): Promise<string> {
    const reading = await readKeptText(reasonFile(join(this.#folder, name)), 4096);
    const words = reading.outcome === "read" ? asciiLine(reading.value.trim()) : "";
    // On a full disk, the file is created empty.
    return words === "" ? unknownReason : words;
  }
}

const unknownReason = "an earlier daemon found it damaged; its log has the reason";
