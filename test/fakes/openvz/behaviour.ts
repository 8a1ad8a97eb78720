import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What goes wrong at a point of a command's way. */
export interface Fault {
  /** `<command>`, before anything; `<command>:<point>` for the points that the commands name. */
  readonly at: string;
  /** Only for a command with this word on its line. */
  readonly word?: string;
  /** Ends with it, having cleaned up as vzctl does. */
  readonly exitCode?: number;
  /** Without an exit code, it goes on afterwards. */
  readonly stderr?: string;
  /** Ends there as by SIGKILL: nothing is cleaned up. */
  readonly dies?: boolean;
  /** Never goes on. */
  readonly hangs?: boolean;
  /** Goes on when the test releases it. */
  readonly waits?: boolean;
  /** How often. Default: always. */
  readonly times?: number;
}

/** How a fake host behaves. It may be changed between commands. */
export interface Behaviour {
  readonly generation: "v4" | "v7";
  /** What vzlist prints in place of a list. */
  readonly listOutput?: string;
  /** Whether the kernel is an OpenVZ one, which it then stays; an upstream one is announced at each command. */
  readonly openvzKernel: boolean;
  /**
   * Whether vzlist finds the kernel's table of containers. Without an OpenVZ kernel there is none; the recorded host had an
   * aid that answered for it.
   */
  readonly veinfo: boolean;
  /**
   * Whether control groups of version 2 are mounted next to version 1. vzctl then takes a container whose processes have
   * ended for a running one.
   */
  readonly unifiedGroups: boolean;
  /** Whether `--ram` and `--swap` work. */
  readonly vswap: boolean;
  /** Whether containers heed a shutdown, or have to be killed. */
  readonly haltsCleanly: boolean;
  /** How long the script that unpacks images rests first. */
  readonly unpackMs: number;
  readonly faults: readonly Fault[];
  /** How long a command of vzctl, or `list`, takes at least. Default: as long as the fake itself needs. */
  readonly latenciesMs?: Readonly<Record<string, number>>;
}

/**
 * A host without an OpenVZ kernel and without aids, with vz.conf as shipped: see `FakeOpenvz.asShipped`.
 */
export const unaidedHost: Partial<Behaviour> = { veinfo: false, haltsCleanly: true };

/** The host of the recorded runs. */
export const recordedHost: Behaviour = {
  generation: "v4",
  openvzKernel: false,
  veinfo: true,
  unifiedGroups: false,
  vswap: false,
  haltsCleanly: false,
  unpackMs: 0,
  faults: [],
};

export function writeBehaviour(root: string, behaviour: Behaviour): void {
  writeFileSync(join(root, "behaviour.json"), JSON.stringify(behaviour));
}

export function readBehaviour(root: string): Behaviour {
  return JSON.parse(readFileSync(join(root, "behaviour.json"), "utf8")) as Behaviour;
}

/** Counts an occurrence of a fault, across processes. @returns false when it has occurred often enough. */
export function takeOccurrence(root: string, fault: Fault): boolean {
  if (fault.times === undefined) {
    return true;
  }
  mkdirSync(join(root, "occurrences"), { recursive: true });
  const name = Buffer.from(JSON.stringify(fault)).toString("base64url").slice(0, 200);
  return Array.from({ length: fault.times }).some((_, index) => {
    try {
      closeSync(openSync(join(root, "occurrences", `${name}-${index}`), "wx"));
      return true;
    } catch {
      return false;
    }
  });
}
