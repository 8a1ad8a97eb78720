import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../protocol/error";
import { unlessErrno } from "../errno";
import { killProcess } from "./group-killer";

const variable = "MINICLOUD_ENGINE_COMMAND";
const patienceMs = 5000;
const pauseMs = 20;

/** Knows the engine commands that a daemon which died left at work, by a mark in their environment. */
export class EarlierCommands {
  /** Of this daemon's commands, which are no leftovers. */
  readonly #run = randomBytes(8).toString("hex");
  #found: Promise<Map<number, number[]>> | undefined;

  constructor(private readonly serverId: string) {}

  /** The environment variables of a command on a container. */
  mark(id: number | undefined): Record<string, string> {
    return id === undefined ? {} : { [variable]: `${this.serverId}/${id}/${this.#run}` };
  }

  /**
   * Kills those at work on a container and resolves when they are gone.
   *
   * @throws MccError `timeout` when they hang in the kernel.
   */
  async end(id: number): Promise<void> {
    // One search is enough: no more of them can appear.
    this.#found ??= this.#search();
    const found = await this.#found;
    const giveUpAt = Date.now() + patienceMs;
    for (let left = found.get(id) ?? []; left.length > 0; left = await this.#alive(id, left)) {
      left.forEach(killProcess);
      if (Date.now() > giveUpAt) {
        throw new MccError(
          "timeout",
          `An engine command of an earlier daemon at work on container ${id} does not end (process ${left.join(", ")}); look what it waits for in the kernel.`,
        );
      }
      await pause(pauseMs);
    }
    found.delete(id);
  }

  async #search(): Promise<Map<number, number[]>> {
    const found = new Map<number, number[]>();
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number)) {
      const id = await this.#containerOf(pid);
      if (id !== undefined) {
        found.set(id, [...(found.get(id) ?? []), pid]);
      }
    }
    return found;
  }

  /** Looks again, as a number may have come to mean another process. */
  async #alive(id: number, pids: readonly number[]): Promise<number[]> {
    const ids = await Promise.all(pids.map((pid) => this.#containerOf(pid)));
    return pids.filter((_, index) => ids[index] === id);
  }

  async #containerOf(pid: number): Promise<number | undefined> {
    // A process may end between the two looks.
    const environment = await unlessErrno(
      readFile(`/proc/${pid}/environ`, "utf8"),
      "ENOENT",
      "ESRCH",
      "EACCES",
    );
    const mark = environment?.split("\0").find((entry) => entry.startsWith(`${variable}=`));
    const [serverId, id, run] = mark?.slice(variable.length + 1).split("/") ?? [];
    return serverId === this.serverId && run !== this.#run ? Number(id) : undefined;
  }
}
