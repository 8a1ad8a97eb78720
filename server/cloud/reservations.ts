import { MccError } from "../../protocol/error";
import { instanceNameSchema } from "../../protocol/name";
import type { ForeignContainer } from "../driver/driver";
import type { AddressPool } from "./address-pool";
import type { IdSequence } from "./id-sequence";

/** Ids that follow one another never get here in the life of a state folder. */
const highestAdoptedId = 1_000_000;

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

  /**
   * Takes for an instance what a container of others' has already: its address, its name where that can be an
   * instance's, and its id where that is a number of our order of magnitude which none of ours has.
   *
   * @throws MccError `conflict` for what an instance has.
   */
  adopt(
    container: Pick<ForeignContainer, "engineId" | "name">,
    wanted: { name: string | undefined; ipAddress: string },
  ): Reservation {
    const own = instanceNameSchema.safeParse(container.name);
    const name = wanted.name ?? (own.success ? own.data : undefined);
    if (name !== undefined) {
      this.#refuseTakenName(name, container.name);
    }
    this.pool.adopt(wanted.ipAddress);
    const id = this.#adoptId(container.engineId);
    const reservation = { id, name: name ?? this.#freeName(id), ipAddress: wanted.ipAddress };
    this.#idsByName.set(reservation.name, id);
    return reservation;
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

  #adoptId(engineId: string): number {
    const id = Number(engineId);
    const fits = Number.isInteger(id) && id >= 1 && id < highestAdoptedId;
    if (!fits || [...this.#idsByName.values()].includes(id)) {
      return this.#takeId();
    }
    this.ids.keep(id);
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

  /** @param except of a container that is to become an instance, its own. */
  #refuseTakenName(name: string, except?: string): void {
    const id = this.#idsByName.get(name);
    if (id !== undefined) {
      throw new MccError(
        "conflict",
        `The name "${name}" is taken by instance ${id}; choose another one, or destroy that instance first.`,
      );
    }
    if (name !== except && this.#foreignNames.has(name)) {
      throw new MccError(
        "conflict",
        `The name "${name}" is taken by a container on this host that MiniCloud did not make; choose another one.`,
      );
    }
  }
}
