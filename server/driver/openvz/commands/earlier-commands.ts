import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { once } from "../../../support/concurrency/once";
import { folderSeenBy } from "../../../support/files/seen-folder";
import { killProcess, processIds, processState } from "../../../support/processes";

const variable = "MINICLOUD_ENGINE_COMMAND";
const patienceMs = 5000;
const pauseMs = 20;

/**
 * Finds the engine commands that a dead daemon left running, by a mark in their environment. vzctl runs its scripts in
 * an environment without the mark; they are in the command's own process group.
 */
export class EarlierCommands {
  /** Identifies this daemon's own commands, which are not leftovers. */
  readonly #run = randomBytes(8).toString("hex");
  /** One search is enough, because no more groups of them can appear. */
  readonly #search = once(() => this.#searchAll());

  /** @param folder the driver's. A copy of it in another mount namespace can contain the same server id. */
  constructor(
    private readonly serverId: string,
    private readonly folder: string,
  ) {}

  /** Returns the environment variables of a command for a container. */
  mark(id: number | undefined): Record<string, string> {
    return id === undefined ? {} : { [variable]: `${this.serverId}/${id}/${this.#run}` };
  }

  /**
   * Kills the commands that work on a container, with everything that they started, and resolves after they have ended.
   * A group whose command has ended is not killed: without an OpenVZ kernel, a container's first process stays in the
   * group of the `vzctl start` that started it.
   *
   * @throws MccError `timeout` if they hang in the kernel.
   */
  async end(id: number): Promise<void> {
    const found = await this.#search();
    for (const group of found.get(id) ?? []) {
      if (await this.#isAtWork(group, id)) {
        await endGroup(group, id);
      }
    }
    found.delete(id);
  }

  /** Returns the process groups by container. */
  async #searchAll(): Promise<Map<number, Set<number>>> {
    const found = new Map<number, Set<number>>();
    for (const pid of await processIds()) {
      const id = await this.#containerOf(pid);
      const group = id === undefined ? undefined : await groupOf(pid);
      if (id !== undefined && group !== undefined) {
        found.set(id, (found.get(id) ?? new Set()).add(group));
      }
    }
    return found;
  }

  /** Returns whether a process of the group still has the mark. */
  async #isAtWork(group: number, id: number): Promise<boolean> {
    for (const pid of await membersOf(group)) {
      if ((await this.#containerOf(pid)) === id) {
        return true;
      }
    }
    return false;
  }

  async #containerOf(pid: number): Promise<number | undefined> {
    // A process may end between the search and this read.
    const environment = await unlessErrno(
      readFile(`/proc/${pid}/environ`, "utf8"),
      "ENOENT",
      "ESRCH",
      "EACCES",
    );
    const mark = environment?.split("\0").find((entry) => entry.startsWith(`${variable}=`));
    const [serverId, id, run] = mark?.slice(variable.length + 1).split("/") ?? [];
    const isEarlier = serverId === this.serverId && run !== this.#run;
    return isEarlier && (await folderSeenBy(pid, this.folder)) !== "another" ? Number(id) : undefined;
  }
}

/** Kills the group by one signal, which no process can escape by starting another one. */
async function endGroup(group: number, id: number): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  killProcess(-group);
  for (let left = await membersOf(group); left.length > 0; left = await membersOf(group)) {
    if (Date.now() > giveUpAt) {
      throw new MccError(
        "timeout",
        `An engine command of an earlier daemon for container ${id} did not end within ${patienceMs / 1000} s (process ${left.join(", ")}); check what it waits for in the kernel.`,
      );
    }
    await pause(pauseMs);
  }
}

async function membersOf(group: number): Promise<number[]> {
  const processes = await processIds();
  const groups = await Promise.all(processes.map(groupOf));
  return processes.filter((_, index) => groups[index] === group);
}

/**
 * Returns field 5 of proc(5)'s stat. Undefined for a process that has ended, even if its parent has not waited for it.
 */
async function groupOf(pid: number): Promise<number | undefined> {
  const found = await processState(pid);
  return found?.state === "Z" ? undefined : found?.group;
}
