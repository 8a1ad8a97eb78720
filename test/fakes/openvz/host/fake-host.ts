import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Behaviour, readBehaviour, takeOccurrence } from "../behaviour";
import { Death, Exit } from "../launcher/endings";
import type { Launched } from "../launcher/launched";
import { parseConfiguration } from "./configuration";

const hangMs = 600_000;
const releasePollMs = 5;

/** The host that a fake command believes to be on: a folder. */
export class FakeHost {
  readonly behaviour: Behaviour;
  readonly #variables: Map<string, string>;
  readonly #configuration: string;
  readonly #beganAt = performance.now();

  constructor(
    readonly root: string,
    readonly command: Launched,
  ) {
    this.#configuration = join(root, "etc/vz/vz.conf");
    this.behaviour = readBehaviour(root);
    const log = command.program === "ip" ? "network.log" : "commands.log";
    appendFileSync(join(root, log), `${JSON.stringify([command.program, ...command.words])}\n`);
    this.#variables = parseConfiguration(
      readFileSync(this.#configuration, "utf8"),
      this.behaviour.generation,
    );
  }

  get configurationFolder(): string {
    return join(dirname(this.#configuration), "conf");
  }

  get imageFolder(): string {
    return join(this.#variables.get("TEMPLATE") ?? "", "cache");
  }

  get layout(): string | undefined {
    return this.#variables.get("VE_LAYOUT");
  }

  /** By how much container users are shifted; undefined where vzctl shifts none at all. */
  get localOwner(): { uid: number; gid: number } | undefined {
    const { generation, openvzKernel } = this.behaviour;
    return generation === "v7" || openvzKernel ? undefined : ownerIn(this.#variables);
  }

  /** Returns a variable of the scripts for an image's distribution, found by the beginning of the image's name. */
  distributionScript(image: string, name: string): string | undefined {
    const folder = join(dirname(this.#configuration), "dists");
    const parts = image.split("-");
    for (let count = parts.length; count > 0; count -= 1) {
      const path = join(folder, `${parts.slice(0, count).join("-")}.conf`);
      if (existsSync(path)) {
        return parseConfiguration(readFileSync(path, "utf8"), this.behaviour.generation).get(name);
      }
    }
    return undefined;
  }

  configuration(ctid: string): string {
    return join(this.configurationFolder, `${ctid}.conf`);
  }

  sample(name: string): string {
    return join(this.configurationFolder, `ve-${name}.conf-sample`);
  }

  /** What a variable of the global configuration says for all containers, `$VEID` in it. */
  pattern(variable: "VE_PRIVATE" | "VE_ROOT"): string {
    return this.#variables.get(variable) ?? "";
  }

  /** As a command on a real host would show it. */
  shown(path: string): string {
    return path.startsWith(`${this.root}/`) ? path.slice(this.root.length) : path;
  }

  say(line: string): void {
    this.command.say(1, `${line}\n`);
  }

  complain(line: string): void {
    this.command.say(2, `${line}\n`);
  }

  announceKernel(): void {
    if (this.behaviour.generation === "v4" && !this.behaviour.openvzKernel) {
      this.say("Directory /proc/vz not found, assuming non-OpenVZ kernel");
    }
  }

  /** A point at which faults are looked for. */
  async reach(at: string): Promise<void> {
    for (const fault of this.behaviour.faults) {
      const meant = fault.at === at && (fault.word === undefined || this.command.words.includes(fault.word));
      if (!meant || !takeOccurrence(this.root, fault)) {
        continue;
      }
      mkdirSync(join(this.root, "reached"), { recursive: true });
      writeFileSync(join(this.root, "reached", at), "");
      if (fault.hangs === true) {
        await this.command.pause(hangMs);
      }
      while (fault.waits === true && !existsSync(join(this.root, "released", at))) {
        await this.command.pause(releasePollMs);
      }
      if (fault.dies === true) {
        throw new Death(at);
      }
      if (fault.exitCode !== undefined) {
        throw new Exit(fault.exitCode, fault.stderr);
      }
      if (fault.stderr !== undefined) {
        this.complain(fault.stderr);
      }
    }
  }

  /** Waits until the command has taken as long as it does on the host that is played. */
  async takeItsTime(command: string): Promise<void> {
    const goneMs = performance.now() - this.#beganAt;
    await this.command.pause(Math.max(0, (this.behaviour.latenciesMs?.[command] ?? 0) - goneMs));
  }

  /** The ctids that have a configuration, sorted. */
  ctids(): string[] {
    return readdirSync(this.configurationFolder)
      .filter((file) => /^[0-9a-f-]+\.conf$/.test(file))
      .map((file) => file.slice(0, -".conf".length))
      .sort((one, other) => one.length - other.length || one.localeCompare(other));
  }

  readConfiguration(ctid: string): Map<string, string> | undefined {
    const path = this.configuration(ctid);
    return existsSync(path)
      ? parseConfiguration(readFileSync(path, "utf8"), this.behaviour.generation)
      : undefined;
  }

  saveConfiguration(ctid: string, variables: ReadonlyMap<string, string>): void {
    const lines = [...variables].map(([name, value]) => `${name}="${value}"`);
    const path = this.configuration(ctid);
    writeFileSync(`${path}.tmp`, `${lines.join("\n")}\n`);
    renameSync(`${path}.tmp`, path);
  }

  ctidOfName(name: string): string | undefined {
    const path = join(this.#nameFolder, name);
    try {
      return basename(readlinkSync(path), ".conf");
    } catch {
      return undefined;
    }
  }

  /** @returns the path of the link when it cannot be made, as without a folder for it. */
  linkName(name: string, ctid: string): string | undefined {
    const path = join(this.#nameFolder, name);
    rmSync(path, { force: true });
    try {
      symlinkSync(this.configuration(ctid), path);
      return undefined;
    } catch {
      return path;
    }
  }

  unlinkNames(ctid: string): void {
    const names = existsSync(this.#nameFolder) ? readdirSync(this.#nameFolder) : [];
    for (const name of names.filter((entry) => this.ctidOfName(entry) === ctid)) {
      unlinkSync(join(this.#nameFolder, name));
    }
  }

  /** @returns the process that has it, when there is one. */
  lock(ctid: string): number | undefined {
    const path = this.#lockPath(ctid);
    mkdirSync(dirname(path), { recursive: true });
    const { pid } = this.command;
    const temporary = `${path}.${pid}`;
    writeFileSync(temporary, `${pid}\n\n`);
    try {
      for (;;) {
        try {
          linkSync(temporary, path);
          return undefined;
        } catch {
          const holder = this.#holderOf(path);
          if (holder !== undefined) {
            return holder;
          }
        }
      }
    } finally {
      unlinkSync(temporary);
    }
  }

  unlock(ctid: string): void {
    rmSync(this.#lockPath(ctid), { force: true });
  }

  /** Undefined for one that is gone, known by its number only, as in vzctl; its lock is then removed. */
  #holderOf(path: string): number | undefined {
    const holder = existsSync(path) ? Number.parseInt(readFileSync(path, "utf8"), 10) : 0;
    if (existsSync(`/proc/${holder}`)) {
      return holder;
    }
    this.say(`Removing stale lock file ${this.shown(path)}`);
    rmSync(path, { force: true });
    return undefined;
  }

  #lockPath(ctid: string): string {
    return join(this.#variables.get("LOCKDIR") ?? "", `${ctid}.lck`);
  }

  get #nameFolder(): string {
    return join(dirname(this.#configuration), "names");
  }
}

/** LOCAL_UID and LOCAL_GID. */
export function ownerIn(variables: ReadonlyMap<string, string>): { uid: number; gid: number } {
  return { uid: Number(variables.get("LOCAL_UID") ?? 0), gid: Number(variables.get("LOCAL_GID") ?? 0) };
}
