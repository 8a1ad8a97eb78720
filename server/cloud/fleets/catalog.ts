import { MccError } from "../../../protocol/error";
import { refuseOtherServer } from "../../support/refuse-other-server";
import type { Fleet } from "./fleet";

/** How a caller names a fleet: see `target` in protocol/methods/fleet.ts. */
export interface FleetTarget {
  readonly fleet: string;
  readonly uid?: string | undefined;
  readonly serverId?: string | undefined;
}

/** How many fleets whose creation failed are remembered, for clients that still wait for them. */
const mostRemembered = 100;

/** All fleets of the daemon, in memory. */
export class FleetCatalog {
  readonly #fleets = new Map<string, Fleet>();
  /** Latest last. */
  #unmade: readonly Fleet[] = [];

  constructor(private readonly serverId: string) {}

  all(): Fleet[] {
    return [...this.#fleets.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  has(fleet: Fleet): boolean {
    return this.#fleets.get(fleet.name) === fleet;
  }

  add(fleet: Fleet): void {
    this.#fleets.set(fleet.name, fleet);
  }

  remove(fleet: Fleet): void {
    this.#fleets.delete(fleet.name);
  }

  /** Remembers a fleet whose creation failed, for clients that wait for it. */
  remember(fleet: Fleet): void {
    this.#unmade = [...this.#unmade, fleet].slice(-mostRemembered);
  }

  /** @throws MccError `conflict` when the target is of another server. */
  find({ fleet: name, uid, serverId }: FleetTarget): Fleet | undefined {
    refuseOtherServer(`fleet "${name}"`, serverId, this.serverId);
    const fleet = this.#fleets.get(name);
    return uid === undefined || fleet?.record.uid === uid ? fleet : undefined;
  }

  /** @throws MccError `not-found`. */
  get(target: FleetTarget): Fleet {
    const fleet = this.find(target);
    if (fleet === undefined) {
      throw new MccError(
        "not-found",
        `No fleet "${target.fleet}"${target.uid === undefined ? "" : ` with the uid ${target.uid}`} on this server; mcc list-fleets shows the existing ones.`,
      );
    }
    return fleet;
  }

  /** Returns the fleet, for a client that waits for it: also one whose creation failed. @throws as `get` does. */
  getAwaited(target: FleetTarget): Fleet {
    const unmade = this.#unmade.findLast(
      ({ name, record }) => name === target.fleet && record.uid === (target.uid ?? record.uid),
    );
    return this.find(target) ?? unmade ?? this.get(target);
  }
}
