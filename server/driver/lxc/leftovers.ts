import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../protocol/error";
import { folderSeenBy } from "../../support/files/seen-folder";
import { monitoredName } from "./cgroups/monitor";
import { type HostProcess, killWithGroup, processes } from "./commands/processes";
import type { Place } from "./place";
import { starterProgram } from "./starter/starter";

/** A process that works for one of this daemon's containers or images. */
export interface EngineProcess {
  readonly pid: number;
  /**
   * - `monitor`: supervises a container as long as it runs
   * - `session`: a command inside a container, possibly of an operator; it ends with the container
   * - `command`: any other engine command
   */
  readonly kind: "monitor" | "session" | "command";
  /** Undefined for a process that unpacks an image, and for one that starts containers. */
  readonly container: number | undefined;
}

const lookEveryMs = 10;

/**
 * Lists the processes that work for this daemon's containers and images, regardless of who started them. They are found
 * by the argument lists of all processes of the host, and by the folder that they see at the paths in them: a daemon in
 * another mount namespace can have its own state folder at the same path.
 */
export async function engineProcesses(place: Place): Promise<EngineProcess[]> {
  const candidates = (await processes()).flatMap((process) => classify(place, process) ?? []);
  const ours = await Promise.all(candidates.map((candidate) => worksHere(place, candidate)));
  return candidates.filter((_, index) => ours[index]);
}

/**
 * A container's name contains this server's id. Nothing in an image's folder distinguishes it from another server's.
 */
async function worksHere({ folder }: Place, { pid, container }: EngineProcess): Promise<boolean> {
  const seen = await folderSeenBy(pid, folder);
  return container === undefined ? seen === "ours" : seen !== "another";
}

/**
 * Kills the engine commands of a daemon that died. Call it before this one starts any.
 *
 * @returns the containers for which they, or a session, were running.
 * @throws MccError `timeout` if they do not end.
 */
export async function endLeftovers(place: Place, timeoutMs: number): Promise<number[]> {
  const deadline = Date.now() + timeoutMs;
  const found = await engineProcesses(place);
  let commands = found.filter(({ kind }) => kind === "command");
  while (commands.length > 0) {
    if (Date.now() > deadline) {
      const pids = commands.map(({ pid }) => pid).join(", ");
      throw new MccError(
        "timeout",
        `Engine commands of an earlier daemon did not end within ${timeoutMs / 1000} s; end the processes ${pids}.`,
      );
    }
    commands.forEach(({ pid }) => killWithGroup(pid));
    await pause(lookEveryMs);
    commands = (await engineProcesses(place)).filter(({ kind }) => kind === "command");
  }
  return found.flatMap(({ kind, container }) => (kind === "monitor" ? [] : (container ?? [])));
}

function classify(place: Place, { pid, words }: HostProcess): EngineProcess | undefined {
  const monitored = place.idOf(monitoredName(words, place.containers) ?? "");
  if (monitored !== undefined) {
    return { pid, kind: "monitor", container: monitored };
  }
  if (words.some((word) => word.includes(join(place.images, ".")))) {
    return { pid, kind: "command", container: undefined };
  }
  const container = words.includes(place.containers)
    ? words.map((word) => place.idOf(word)).find((id) => id !== undefined)
    : undefined;
  if (container === undefined) {
    const isStarter =
      words.includes(place.containers) && words.some((word) => basename(word) === starterProgram);
    return isStarter ? { pid, kind: "command", container } : undefined;
  }
  const isSession = words.some((word) => basename(word) === "lxc-attach");
  return { pid, kind: isSession ? "session" : "command", container };
}
