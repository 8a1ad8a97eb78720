import { MccError } from "../../../protocol/error";
import type { Problem } from "../../../protocol/methods/problem";
import { instanceNameSchema } from "../../../protocol/methods/values/name";
import type { ForeignContainer } from "../../driver/driver";
import type { AddressPool } from "./address-pool";
import type { IdSequence } from "./id-sequence";

/** The id sequence never reaches this in the life of a state folder. */
const highestAdoptedId = 1_000_000;

/** The part of the addresses that instances which are started ahead leave free. */
const keptFree = 0.05;

/** The id, name and address that only one instance has at a time. */
export interface Reservation {
  readonly id: number;
  readonly name: string;
  readonly ipAddress: string;
}

/** Defaults: a name made from the id, a free address. */
export interface Wanted {
  readonly name?: string | undefined;
  readonly ipAddress?: string | undefined;
}

/**
 * Gives ids, names and addresses to instances: all three or none, and each to one instance at a time. It works in memory,
 * without waiting, so that requests which arrive together cannot get the same.
 */
export class Reservations {
  readonly #idsByName = new Map<string, number>();
  readonly #idsByAddress = new Map<string, number>();
  #foreignIds: ReadonlySet<string> = new Set();
  #foreignNames: ReadonlySet<string> = new Set();

  constructor(
    readonly ids: IdSequence,
    readonly pool: AddressPool,
  ) {}

  /** Sets what other programs' containers have now: no instance gets it. */
  setForeign(containers: readonly ForeignContainer[]): void {
    this.#foreignIds = new Set(containers.map(({ engineId }) => engineId));
    this.#foreignNames = new Set(containers.flatMap(({ name }) => name ?? []));
    this.pool.setForeign(containers.flatMap(({ ipAddresses }) => ipAddresses));
  }

  /**
   * @throws MccError `conflict` for what is taken, `invalid` for an address outside the pool, `exhausted`.
   */
  reserve(wanted: Wanted): Reservation {
    if (wanted.name !== undefined) {
      this.#refuseTakenName(wanted.name);
    }
    const ipAddress = this.#takeAddress(wanted.ipAddress);
    const id = this.#takeId();
    const name = wanted.name ?? this.#freeName(id);
    return this.#note({ id, name, ipAddress });
  }

  /**
   * Reserves an id and an address for an instance that is started ahead. Others may need the last free addresses.
   *
   * @returns undefined if too few are free.
   */
  reserveSpare(): Omit<Reservation, "name"> | undefined {
    const ipAddress = this.pool.unused > this.pool.size * keptFree ? this.pool.takeUnused() : undefined;
    if (ipAddress === undefined) {
      return undefined;
    }
    const id = this.#takeId();
    this.#idsByAddress.set(ipAddress, id);
    return { id, ipAddress };
  }

  /**
   * Adds a name to what `reserveSpare` returned.
   *
   * @param name default: one made from the id.
   * @throws MccError `conflict` for a name that is taken.
   */
  nameSpare({ id, ipAddress }: Omit<Reservation, "name">, name?: string): Reservation {
    if (name !== undefined) {
      this.#refuseTakenName(name);
    }
    return this.#note({ id, name: name ?? this.#freeName(id), ipAddress });
  }

  /**
   * Reserves for several instances at once: for all or for none.
   *
   * @throws MccError as `reserve` does; `exhausted` says how many addresses are free.
   */
  reserveAll(wanted: readonly (Wanted & { readonly name: string })[]): Reservation[] {
    if (wanted.length > this.pool.free) {
      throw new MccError(
        "exhausted",
        `${wanted.length} addresses are needed, and ${this.pool.free} of the ${this.pool.size} of this server's range are free; ask for fewer, destroy instances, or start mccserver with a larger range (-r).`,
      );
    }
    this.ids.foresee(wanted.length);
    const reserved: Reservation[] = [];
    try {
      for (const one of wanted.toSorted((one, other) => rank(one) - rank(other))) {
        reserved.push(this.reserve(one));
      }
    } catch (error) {
      reserved.forEach((reservation) => this.release(reservation));
      throw error;
    }
    const byName = new Map(reserved.map((reservation) => [reservation.name, reservation]));
    return wanted.flatMap(({ name }) => byName.get(name) ?? []);
  }

  /**
   * Passes an instance's name and address on to its replacement, which has a new id. The old instance keeps its address only
   * if the replacement gets another one.
   *
   * @param ipAddress the replacement's address. Default: the same.
   * @throws MccError as `reserve` does for that address.
   */
  passOn(from: Reservation, ipAddress = from.ipAddress): Reservation {
    if (ipAddress !== from.ipAddress) {
      this.pool.take(ipAddress);
    }
    return this.#note({ id: this.#takeId(), name: from.name, ipAddress });
  }

  /**
   * Reserves what another program's container has already: its address, its name if that is valid for an instance, and its id
   * if that is a free number in the range of our ids.
   *
   * @throws MccError `conflict` if an instance has one of these.
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
    return this.#note({ id, name: name ?? this.#freeName(id), ipAddress: wanted.ipAddress });
  }

  /**
   * Returns what `reserve` would refuse if others were released first. It reserves and gives back at once, so that no request
   * notices it.
   *
   * @param wanted each has a name.
   */
  refusals(wanted: readonly Wanted[], released: readonly Reservation[]): Problem[] {
    const given = released.filter(
      ({ id, name, ipAddress }) =>
        this.#idsByName.get(name) === id && this.#idsByAddress.get(ipAddress) === id,
    );
    const problems: Problem[] = [];
    const attempt = (parameter: string, work: () => void): void => {
      try {
        work();
      } catch (error) {
        if (!MccError.isInstance(error)) {
          throw error;
        }
        problems.push({ parameter, message: error.message });
      }
    };
    const taken: string[] = [];
    given.forEach((reservation) => this.release(reservation));
    for (const { name, ipAddress } of wanted) {
      if (name !== undefined) {
        attempt("name", () => this.#refuseTakenName(name));
      }
      if (ipAddress !== undefined) {
        attempt("ipAddress", () => {
          // The lender would notice that.
          if (!this.pool.isLent(ipAddress)) {
            this.pool.take(ipAddress);
            taken.push(ipAddress);
          }
        });
      }
    }
    const anyAddress = wanted.filter(({ ipAddress }) => ipAddress === undefined).length;
    if (anyAddress > this.pool.free) {
      const message = `${anyAddress} free addresses are needed, and this server's range has ${this.pool.free}; destroy instances, or start mccserver with a larger range (-r).`;
      problems.push({ parameter: "", message });
    }
    taken.forEach((ipAddress) => this.pool.give(ipAddress));
    given.forEach((reservation) => this.keep(reservation));
    return problems;
  }

  /** Reserves what an instance has already: one of an earlier daemon, or one whose replacement failed. */
  keep(reservation: Reservation): void {
    this.ids.skip(reservation.id);
    this.#note(reservation);
    this.pool.keep(reservation.ipAddress);
  }

  /** Continues with the ids and addresses that were not used for longest. Call it at the start, after the last `keep`. */
  resume(): void {
    this.ids.leapIfLost();
    this.pool.resume(this.ids.handedOut);
  }

  /** Gives back what the instance has; what was passed on belongs to its replacement. */
  release({ id, name, ipAddress }: Reservation): void {
    if (this.#idsByName.get(name) === id) {
      this.releaseName(name);
    }
    if (this.#idsByAddress.get(ipAddress) === id) {
      this.#idsByAddress.delete(ipAddress);
      this.pool.give(ipAddress);
    }
  }

  /** Reserves a second name for an instance, which then gives back one of the two. */
  reserveName(name: string, id: number): void {
    this.#refuseTakenName(name);
    this.#idsByName.set(name, id);
  }

  releaseName(name: string): void {
    this.#idsByName.delete(name);
  }

  #note({ id, name, ipAddress }: Reservation): Reservation {
    this.#idsByName.set(name, id);
    this.#idsByAddress.set(ipAddress, id);
    return { id, name, ipAddress };
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

  /** The default name of this id may be the name of another instance. */
  #freeName(id: number): string {
    const plain = `mcc-${id}`;
    return this.#idsByName.has(plain) || this.#foreignNames.has(plain)
      ? `${plain}-${Date.now().toString(36)}`
      : plain;
  }

  /** @param except the values of the container that becomes an instance. */
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
        `The name "${name}" is taken by a container on this host that MiniCloud did not create; choose another one.`,
      );
    }
  }
}

/** Those that ask for a certain address come first, so that no other gets it. */
function rank({ ipAddress }: Wanted): number {
  return ipAddress === undefined ? 1 : 0;
}
