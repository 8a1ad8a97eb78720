import { MccError } from "../../protocol/error";
import type { ForeignContainer } from "../driver/driver";
import type { AddressPool } from "./address-pool";
import type { IdSequence } from "./id-sequence";

/** What belongs to one instance at a time. */
export interface Reservation {
  readonly id: number;
  readonly name: string;
  readonly ipAddress: string;
}

/**
 * Gives ids, names and addresses to instances, all three or none, and each to one instance at a time. It
 * works in memory and at once, so that requests which arrive together cannot get the same.
 */
export class Reservations {
  readonly #idsByName = new Map<string, number>();
  #foreignIds: ReadonlySet<string> = new Set();
  #foreignNames: ReadonlySet<string> = new Set();

  constructor(
    readonly ids: IdSequence,
    readonly pool: AddressPool,
  ) {}

  /** Takes note of what containers of others have now: none of ours gets it. */
  setForeign(containers: readonly ForeignContainer[]): void {
    this.#foreignIds = new Set(containers.map(({ engineId }) => engineId));
    this.#foreignNames = new Set(containers.flatMap(({ name }) => name ?? []));
    this.pool.setForeign(containers.flatMap(({ ipAddresses }) => ipAddresses));
  }

  /**
   * @param wanted left out: a name of the id's, a free address.
   * @throws MccError `conflict` for what is taken, `invalid` for an address outside the pool, `exhausted`.
   */
  reserve(wanted: { name?: string | undefined; ipAddress?: string | undefined }): Reservation {
    if (wanted.name !== undefined) {
      this.#refuseTakenName(wanted.name);
    }
    const ipAddress = this.#takeAddress(wanted.ipAddress);
    const id = this.#takeId();
    const name = wanted.name ?? this.#freeName(id);
    this.#idsByName.set(name, id);
    return { id, name, ipAddress };
  }

  /** Takes up what an instance of an earlier run of the daemon has. */
  keep(reservation: Reservation): void {
    this.ids.skip(reservation.id);
    this.#idsByName.set(reservation.name, reservation.id);
    this.pool.keep(reservation.ipAddress);
  }

  release(reservation: Reservation): void {
    this.releaseName(reservation.name);
    this.pool.give(reservation.ipAddress);
  }

  /** Takes a second name for an instance, which then gives up one of the two. */
  reserveName(name: string, id: number): void {
    this.#refuseTakenName(name);
    this.#idsByName.set(name, id);
  }

  releaseName(name: string): void {
    this.#idsByName.delete(name);
  }

  #takeId(): number {
    let id = this.ids.take();
    while (this.#foreignIds.has(String(id))) {
      id = this.ids.take();
    }
    return id;
  }

  #takeAddress(ipAddress: string | undefined): string {
    if (ipAddress === undefined) {
      return this.pool.takeAny();
    }
    this.pool.take(ipAddress);
    return ipAddress;
  }

  /** Somebody may have given the default name of this id to an instance of theirs. */
  #freeName(id: number): string {
    const plain = `mcc-${id}`;
    return this.#idsByName.has(plain) || this.#foreignNames.has(plain)
      ? `${plain}-${Date.now().toString(36)}`
      : plain;
  }

  #refuseTakenName(name: string): void {
    const id = this.#idsByName.get(name);
    if (id !== undefined) {
      throw new MccError(
        "conflict",
        `The name "${name}" is taken by instance ${id}; choose another one, or destroy that instance first.`,
      );
    }
    if (this.#foreignNames.has(name)) {
      throw new MccError(
        "conflict",
        `The name "${name}" is taken by a container on this host that MiniCloud did not make; choose another one.`,
      );
    }
  }
}
