import * as ipaddr from "ipaddr.js";
import { MccError } from "../../../protocol/error";
import { type AddressRange, addressToNumber, numberToAddress } from "./address-range";

/** Has addresses of the pool that it gives back when others need them. */
export interface Lender {
  readonly addresses: ReadonlySet<string>;

  /**
   * Gives an address back at once. Its present container ends soon; the caller waits for that before it uses the address.
   *
   * @param address one of `addresses`. Default: any.
   * @returns undefined if it has none.
   */
  recall(address?: string): string | undefined;
}

/** Gives out the addresses of a range. A returned address is given out again as late as possible. */
export class AddressPool {
  readonly size: number;
  readonly #first: number;
  readonly #taken = new Set<number>();
  /** Addresses of containers that other programs created. */
  #foreign: ReadonlySet<number> = new Set();
  #next = 0;
  /** Its addresses are taken, and count as free. Default: none. */
  lender: Lender | undefined;

  constructor(readonly range: AddressRange) {
    this.#first = addressToNumber(range.first);
    this.size = addressToNumber(range.last) - this.#first + 1;
  }

  get free(): number {
    return this.unused + (this.lender?.addresses.size ?? 0);
  }

  /** The free addresses without those of the lender. */
  get unused(): number {
    return (
      this.size - this.#taken.size - [...this.#foreign].filter((index) => !this.#taken.has(index)).length
    );
  }

  /**
   * Continues where earlier daemons were, so that an address which was returned just before is not the next one.
   *
   * @param handedOut how many addresses they gave out. Undefined if that is not known: then half of the range after the
   * last address in use is skipped for now, because those addresses may have been in use shortly before.
   */
  resume(handedOut: number | undefined): void {
    const last = Math.max(0, ...this.#taken);
    this.#next = (handedOut ?? last + Math.ceil(this.size / 2)) % this.size;
  }

  /** Returns whether it is in the range and free. */
  isFree(address: string): boolean {
    const index = this.#indexOf(address);
    const isTaken = index !== undefined && this.#taken.has(index) && !this.isLent(address);
    return index !== undefined && !isTaken && !this.#foreign.has(index);
  }

  /** @throws MccError `exhausted` when none is free. */
  takeAny(): string {
    const address = this.takeUnused() ?? this.lender?.recall();
    if (address === undefined) {
      throw new MccError(
        "exhausted",
        `All ${this.size} addresses of ${this.#describe()} are taken; destroy an instance, or start mccserver with a larger range (-r).`,
      );
    }
    return address;
  }

  /** Takes none of the lender's. @returns undefined if no other is free. */
  takeUnused(): string | undefined {
    for (let step = 0; step < this.size; step += 1) {
      const index = (this.#next + step) % this.size;
      if (!this.#taken.has(index) && !this.#foreign.has(index)) {
        this.#taken.add(index);
        this.#next = (index + 1) % this.size;
        return numberToAddress(this.#first + index);
      }
    }
    return undefined;
  }

  /** @throws MccError `invalid` for an address outside the range, `conflict` for a taken one. */
  take(address: string): void {
    const index = this.#indexOf(address);
    if (index === undefined) {
      throw new MccError(
        "invalid",
        `The address ${address} is not in this server's range, ${this.#describe()}; choose one in the range, or give none.`,
      );
    }
    if (this.isLent(address)) {
      this.lender?.recall(address);
      return;
    }
    if (this.#taken.has(index)) {
      throw new MccError("conflict", `The address ${address} is taken; choose another one, or give none.`);
    }
    if (this.#foreign.has(index)) {
      throw new MccError(
        "conflict",
        `The address ${address} belongs to a container on this host that MiniCloud did not create; choose another one, or give none.`,
      );
    }
    this.#taken.add(index);
  }

  /** Sets the addresses that other programs' containers have now, outside the range or in it. */
  setForeign(addresses: readonly string[]): void {
    this.#foreign = new Set(
      addresses
        .filter((address) => ipaddr.IPv4.isValid(address))
        .flatMap((address) => this.#indexOf(address) ?? []),
    );
  }

  /** Marks the address of another program's container that becomes an instance. @throws MccError `conflict`. */
  adopt(address: string): void {
    const index = this.#indexOf(address);
    if (index !== undefined && this.#taken.has(index)) {
      throw new MccError("conflict", `The address ${address} is taken by an instance already.`);
    }
    this.keep(address);
  }

  /** Marks an address that an instance has already, also one outside the range. */
  keep(address: string): void {
    const index = this.#indexOf(address);
    if (index !== undefined) {
      this.#taken.add(index);
    }
  }

  give(address: string): void {
    const index = this.#indexOf(address);
    if (index !== undefined) {
      this.#taken.delete(index);
    }
  }

  /** Whether it is one that the lender gives back. */
  isLent(address: string): boolean {
    return this.lender?.addresses.has(address) ?? false;
  }

  #indexOf(address: string): number | undefined {
    const index = addressToNumber(address) - this.#first;
    return index >= 0 && index < this.size ? index : undefined;
  }

  #describe(): string {
    return `${this.range.first}-${this.range.last}`;
  }
}
