import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { once } from "../../../support/concurrency/once";
import { folderSeenBy } from "../../../support/files/seen-folder";
import { killProcess, processIds, processState } from "../../../support/processes";

/** The environment variable that marks the commands for a container. */
export const markVariable = "MINICLOUD_ENGINE_COMMAND";
const patienceMs = 5000;
const pauseMs = 20;

/** One run of a daemon. */
export interface DaemonRun {
  readonly serverId: string;
  /** Identifies the run. The commands of other runs of the server are leftovers. */
  readonly run: string;
  /** The driver's. A copy of it in another mount namespace can contain the same server id. */
  readonly folder: string;
  /** Returns whether a process with this environment counts. Default: each does. */
  readonly accepts?: (environment: readonly string[]) => boolean;
}

/** A process group that works on a container. */
export interface EarlierGroup {
  /** The container's id. */
  readonly id: number;
  readonly group: number;
}

/** The work on processes of root. */
export interface EarlierWork {
  /** Returns the process groups of commands that earlier runs of a daemon left. */
  find(daemon: DaemonRun): Promise<readonly EarlierGroup[]>;
  /** Kills a group if one of its processes still has the mark. @throws MccError `timeout` if it hangs in the kernel. */
  end(daemon: DaemonRun, group: EarlierGroup): Promise<void>;
}

/** For a daemon that runs as root. */
export const directEarlierWork: EarlierWork = {
  find: async (daemon) => {
    const found: EarlierGroup[] = [];
    for (const pid of await processIds()) {
      const id = await containerOf(daemon, pid);
      const group = id === undefined ? undefined : await groupOf(pid);
      if (id !== undefined && group !== undefined) {
        found.push({ id, group });
      }
    }
    return found;
  },
  end: async (daemon, { id, group }) => {
    for (const pid of await membersOf(group)) {
      if ((await containerOf(daemon, pid)) === id) {
        await endGroup(group, id);
        return;
      }
    }
  },
};

/**
 * Finds the engine commands that a dead daemon left running, by a mark in their environment. vzctl runs its scripts in
 * an environment without the mark; they are in the command's own process group.
 */
export class EarlierCommands {
  readonly #daemon: DaemonRun;
  /** One search is enough, because no more groups of them can appear. */
  readonly #search = once(async () => groupsById(await this.work.find(this.#daemon)));

  /** @param folder the driver's. */
  constructor(
    serverId: string,
    folder: string,
    private readonly work: EarlierWork = directEarlierWork,
  ) {
    this.#daemon = { serverId, folder, run: randomBytes(8).toString("hex") };
  }

  /** Returns the environment variables of a command for a container. */
  mark(id: number | undefined): Record<string, string> {
    const { serverId, run } = this.#daemon;
    return id === undefined ? {} : { [markVariable]: `${serverId}/${id}/${run}` };
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
      await this.work.end(this.#daemon, { id, group });
    }
    found.delete(id);
  }
}

function groupsById(groups: readonly EarlierGroup[]): Map<number, Set<number>> {
  const found = new Map<number, Set<number>>();
  groups.forEach(({ id, group }) => found.set(id, (found.get(id) ?? new Set()).add(group)));
  return found;
}

async function containerOf(
  { serverId, run, folder, accepts = () => true }: DaemonRun,
  pid: number,
): Promise<number | undefined> {
  const environment = await environmentOf(pid);
  const mark = environment.find((entry) => entry.startsWith(`${markVariable}=`));
  const [ofServer, id, ofRun] = mark?.slice(markVariable.length + 1).split("/") ?? [];
  const isEarlier = ofServer === serverId && ofRun !== run && accepts(environment);
  return isEarlier && (await folderSeenBy(pid, folder)) !== "another" ? Number(id) : undefined;
}

/** Returns the environment of a process; empty for one that has ended, or that this user may not see. */
export async function environmentOf(pid: number): Promise<string[]> {
  const text = await unlessErrno(readFile(`/proc/${pid}/environ`, "utf8"), "ENOENT", "ESRCH", "EACCES");
  return text?.split("\0") ?? [];
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

/** Returns the processes of a group. */
export async function membersOf(group: number): Promise<number[]> {
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
