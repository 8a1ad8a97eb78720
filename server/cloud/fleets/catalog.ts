import { MccError } from "../../../protocol/error";
import { refuseOtherServer } from "../../support/refuse-other-server";
import type { ManagedFleet } from "./fleet";

/** How a caller names a fleet: see `target` in protocol/methods/fleet.ts. */
export interface FleetTarget {
  readonly fleet: string;
  readonly uid?: string | undefined;
  readonly serverId?: string | undefined;
}

/** How many fleets that could not be made are remembered for those who still wait for them. */
const mostRemembered = 100;

/** All fleets of the daemon, in memory. */
export class FleetCatalog {
  readonly #fleets = new Map<string, ManagedFleet>();
  /** Latest last. */
  #unmade: readonly ManagedFleet[] = [];

  constructor(private readonly serverId: string) {}

  all(): ManagedFleet[] {
    return [...this.#fleets.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  has(fleet: ManagedFleet): boolean {
    return this.#fleets.get(fleet.name) === fleet;
  }

  add(fleet: ManagedFleet): void {
    this.#fleets.set(fleet.name, fleet);
  }

  remove(fleet: ManagedFleet): void {
    this.#fleets.delete(fleet.name);
  }

  /** Keeps one that cannot be made, for a while, for those who wait for it. */
  remember(fleet: ManagedFleet): void {
    this.#unmade = [...this.#unmade, fleet].slice(-mostRemembered);
  }

  /** @throws MccError `conflict` when the target is of another server. */
  find({ fleet: name, uid, serverId }: FleetTarget): ManagedFleet | undefined {
    refuseOtherServer(`fleet "${name}"`, serverId, this.serverId);
    const fleet = this.#fleets.get(name);
    return uid === undefined || fleet?.record.uid === uid ? fleet : undefined;
  }

  /** @throws MccError `not-found`. */
  get(target: FleetTarget): ManagedFleet {
    const fleet = this.find(target);
    if (fleet === undefined) {
      throw new MccError(
        "not-found",
        `No fleet "${target.fleet}"${target.uid === undefined ? "" : ` with the uid ${target.uid}`} on this server; fleet.list (mcc list-fleets) shows those there are.`,
      );
    }
    return fleet;
  }

  /** The fleet, for who waits for it: also one that could not be made. @throws as `get` does. */
  getAwaited(target: FleetTarget): ManagedFleet {
    const unmade = this.#unmade.findLast(
      ({ name, record }) => name === target.fleet && record.uid === (target.uid ?? record.uid),
    );
    return this.find(target) ?? unmade ?? this.get(target);
  }
}
