import { once } from "node:events";
import { type FileHandle, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { hasErrno, unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { within } from "../../../support/time-limits";
import type { Hierarchies } from "../cgroups/hierarchies";
import { controllers } from "../limits";
import type { Place } from "../place";
import type { Through } from "./command";
import { engineWords } from "./engine-words";
import { killGroup } from "./processes";
import { requireProgram } from "./programs";

/**
 * Stays until its input ends, so that the new namespace can be opened. A shell reads only this text; the folder
 * comes as an argument.
 */
const holdOpen = 'mount --bind "$1" /etc/lxc && echo ready && read -r _';

/**
 * A mount namespace in which LXC finds a configuration of ours in /etc/lxc, the only place where it looks; the
 * host's own and its other containers stay as they are. It lives as long as this process, or a monitor in it.
 *
 * What it gains: unless told which to use, LXC keeps every container in all hierarchies of version 1, and some cost
 * the more the more containers there are. A start took a tenth less processor time with 800 containers, the same
 * with 100. With version 2 alone there is nothing to gain, and no such namespace.
 */
export class EngineNamespace {
  #handle: FileHandle | undefined;

  /** Repeatable. Where there is no room for the configuration, LXC works without. */
  async open(place: Place, hierarchies: Hierarchies, timeoutMs: number): Promise<void> {
    const used = usedControllers(hierarchies);
    if (this.#handle !== undefined || used.length === 0) {
      return;
    }
    const configuration = `lxc.cgroup.use = ${used.join(",")}\n`;
    if (!(await isKept(join(place.engineConfiguration, "lxc.conf"), configuration))) {
      return;
    }
    this.#handle = await newNamespace(place.engineConfiguration, timeoutMs);
  }

  /** How a command gets into the namespace; undefined when there is none. */
  through(): Through | undefined {
    return this.#handle === undefined
      ? undefined
      : { program: "nsenter", words: [`--mount=/proc/${process.pid}/fd/${this.#handle.fd}`, "--"] };
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

/** @returns whether the file has this text; only a full or read-only file system keeps it from it. */
async function isKept(path: string, text: string): Promise<boolean> {
  if ((await unlessErrno(readFile(path, "utf8"), "ENOENT")) === text) {
    return true;
  }
  try {
    await writeFile(path, text);
    return true;
  } catch (error) {
    if (!hasErrno(error, "ENOSPC", "EDQUOT", "EROFS")) {
      throw error;
    }
    await rm(path, { force: true }).catch(() => undefined);
    return false;
  }
}

/** What limits containers, what freezes them, and the named hierarchies, which systemd in a container needs. */
function usedControllers({ old }: Hierarchies): string[] {
  const wanted = [...controllers, "freezer"];
  return old
    .filter((hierarchy) =>
      hierarchy.controllers.some(
        (controller) => wanted.includes(controller) || controller.startsWith("name="),
      ),
    )
    .flatMap((hierarchy) => hierarchy.controllers);
}

/** @throws MccError `engine` with the words of what failed, or `timeout`. */
async function newNamespace(configuration: string, timeoutMs: number): Promise<FileHandle> {
  const words = ["--mount", "--propagation", "slave", "--", "/bin/sh", "-c", holdOpen, "sh", configuration];
  const holder = execa(requireProgram("unshare"), words, { cwd: "/", detached: true, reject: false });
  const answer = once(holder.stdout, "data").then(() => true);
  const end = holder.then(() => false);
  const ready = await within(timeoutMs, Promise.race([answer, end]));
  if (ready === undefined && holder.pid !== undefined) {
    killGroup(holder.pid);
  }
  try {
    if (ready?.value === true) {
      return await open(`/proc/${holder.pid ?? 0}/ns/mnt`);
    }
  } finally {
    holder.stdin.end();
  }
  const { stderr, shortMessage } = await holder;
  throw new MccError(
    ready === undefined ? "timeout" : "engine",
    `LXC cannot be given a configuration of its own: ${
      ready === undefined
        ? `unshare had no answer within ${timeoutMs / 1000} s`
        : engineWords(stderr) || shortMessage
    }.`,
  );
}
