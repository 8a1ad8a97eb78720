import { MccError } from "../../../protocol/error";
import { refuseOtherServer } from "../../support/refuse-other-server";
import type { Caller } from "../access/caller";
import { requireOwn } from "../access/rights";
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
  requireServer({ fleet, serverId }: FleetTarget): void {
    refuseOtherServer(`fleet "${fleet}"`, serverId, this.serverId);
  }

  named(name: string): Fleet | undefined {
    return this.#fleets.get(name);
  }

  /**
   * Finds a fleet for a caller.
   *
   * @throws MccError `conflict` when the target is of another server; `forbidden` for a fleet of another account.
   */
  find(caller: Caller, { fleet: name, uid, serverId }: FleetTarget): Fleet | undefined {
    this.requireServer({ fleet: name, serverId });
    const fleet = this.#fleets.get(name);
    if (fleet === undefined || (uid !== undefined && fleet.record.uid !== uid)) {
      return undefined;
    }
    requireOwn(caller, fleet.record, `Fleet "${name}"`);
    return fleet;
  }

  /** @throws MccError `not-found`; as `find` does. */
  get(caller: Caller, target: FleetTarget): Fleet {
    const fleet = this.find(caller, target);
    if (fleet === undefined) {
      throw new MccError(
        "not-found",
        `No fleet "${target.fleet}"${target.uid === undefined ? "" : ` with the uid ${target.uid}`} on this server; mcc list-fleets shows the existing ones.`,
      );
    }
    return fleet;
  }

  /** Returns the fleet, for a client that waits for it: also one whose creation failed. @throws as `get` does. */
  getAwaited(caller: Caller, target: FleetTarget): Fleet {
    const unmade = this.#unmade.findLast(
      ({ name, record }) => name === target.fleet && record.uid === (target.uid ?? record.uid),
    );
    const found = this.find(caller, target) ?? unmade ?? this.get(caller, target);
    requireOwn(caller, found.record, `Fleet "${target.fleet}"`);
    return found;
  }
}
