import type { ContainerState } from "../../driver";
import type { ApiInstance } from "../api/types";
import { statusCodes } from "../api/types";

/** What changed in what is known. */
interface CopyListener {
  /** An instance that ran does not run any more. */
  readonly onDown: (name: string) => void;
  readonly onNew: (name: string) => void;
}

interface Entry {
  readonly instance: ApiInstance;
  /** The number of the look that found it. */
  readonly look: number;
}

/** Returns the state of an instance. `Error` means that its member does not answer. */
export function stateOf({ status_code: code }: Pick<ApiInstance, "status_code">): ContainerState {
  if (code === statusCodes.error) {
    return "unreachable";
  }
  return code === statusCodes.stopped ? "stopped" : "running";
}

/** Returns the member that an instance is on. */
export function memberOf({ location }: Pick<ApiInstance, "location">): string | undefined {
  return location === "" || location === "none" ? undefined : location;
}

/**
 * The copy of the engine's list of instances in the project. Looks at the engine can overtake each other: the result of one that began
 * later counts.
 */
export class InstanceCopy {
  readonly #entries = new Map<string, Entry>();
  /** The looks that did not find an instance, until a later list was taken. */
  readonly #missing = new Map<string, number>();
  #looks = 0;

  constructor(private readonly listener: CopyListener) {}

  all(): ApiInstance[] {
    return [...this.#entries.values()].map(({ instance }) => instance);
  }

  get(name: string): ApiInstance | undefined {
    return this.#entries.get(name)?.instance;
  }

  /** Returns the number of a look that begins now. */
  beginLook(): number {
    this.#looks += 1;
    return this.#looks;
  }

  /** Takes the result of a look at one instance. @param instance undefined if the engine has none of this name. */
  take(look: number, name: string, instance: ApiInstance | undefined): void {
    if (look < this.#lastLook(name)) {
      return;
    }
    if (instance === undefined) {
      this.#missing.set(name, look);
      this.#remove(name);
    } else {
      this.#put(look, instance);
    }
  }

  /** Marks an instance whose member does not answer. */
  takeUnreachable(look: number, name: string): void {
    const known = this.get(name);
    if (known !== undefined) {
      this.take(look, name, { ...known, status: "Error", status_code: statusCodes.error });
    }
  }

  /** Takes the result of a list of all. */
  takeAll(look: number, instances: readonly ApiInstance[]): void {
    const found = new Set<string>();
    for (const instance of instances) {
      found.add(instance.name);
      if (look >= this.#lastLook(instance.name)) {
        this.#put(look, instance);
      }
    }
    for (const [name, entry] of [...this.#entries]) {
      if (!found.has(name) && entry.look <= look) {
        this.#remove(name);
      }
    }
    [...this.#missing].filter(([, at]) => at < look).forEach(([name]) => this.#missing.delete(name));
  }

  /** Returns whether the result of a look that began later than this one is known. */
  isNewerThan(look: number, name: string): boolean {
    return this.#lastLook(name) > look;
  }

  #lastLook(name: string): number {
    return Math.max(this.#entries.get(name)?.look ?? 0, this.#missing.get(name) ?? 0);
  }

  #put(look: number, instance: ApiInstance): void {
    const before = this.get(instance.name);
    this.#missing.delete(instance.name);
    // The engine does not know more of one that it cannot reach.
    const kept = stateOf(instance) === "unreachable" ? { ...instance, ...knownOf(before) } : instance;
    this.#entries.set(instance.name, { instance: kept, look });
    if (before === undefined) {
      this.listener.onNew(instance.name);
    }
    // One that cannot be reached may run.
    if (before !== undefined && stateOf(before) !== "stopped" && stateOf(instance) === "stopped") {
      this.listener.onDown(instance.name);
    }
  }

  #remove(name: string): void {
    const before = this.get(name);
    this.#entries.delete(name);
    if (before !== undefined && stateOf(before) !== "stopped") {
      this.listener.onDown(name);
    }
  }
}

function knownOf(before: ApiInstance | undefined): Partial<ApiInstance> {
  return before === undefined
    ? {}
    : { config: before.config, devices: before.devices, created_at: before.created_at };
}
