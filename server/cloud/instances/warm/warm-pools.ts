import { MccError, messageOf } from "../../../../protocol/error";
import type { ParsedParameters } from "../../../../protocol/methods/method-table";
import type { PoolState } from "../../../../protocol/methods/pool";
import { inTrace } from "../../../../protocol/tracing/spans";
import type { Container, Driver } from "../../../driver/driver";
import { Retries } from "../../../support/concurrency/retries";
import { endsWithin } from "../../../support/time-limits";
import type { Lender } from "../../reservations/address-pool";
import type { InstanceContext } from "../context";
import { Pool } from "./pool";
import { draftPooled, type PooledInstance, startPooled } from "./pooled-instance";
import { RefillPace } from "./refill-pace";

/** After the last create, before instances are started ahead again: creates often come in groups. */
const quietMs = 100;
/** The longest wait for one creation. A busy engine is waited for in any case. */
const longestYieldMs = 2000;
/** Pauses between looks for free addresses. */
const lookEveryMs = 1000;
/** How many are started at a time, with their boot. */
const startsAtOnce = 2;

type Wanted = Pick<ParsedParameters<"instance.create">, "image" | "type" | "ipAddress" | "member" | "group">;

/**
 * Keeps instances started ahead, without an owner, so that a create only has to claim one. They have records of the phase
 * `warm`, so the next daemon removes them, whatever happens to this one. Their addresses count as free: they are given back
 * when others need them.
 */
export class WarmPools implements Lender {
  readonly addresses = new Set<string>();
  readonly #context: InstanceContext;
  readonly #pools = new Map<string, Pool>();
  /** The containers that still have an address that was given back, and their ends. */
  readonly #vacating = new Map<PooledInstance, Promise<void>>();
  readonly #starts = new Map<PooledInstance, Promise<void>>();
  readonly #retries = new Retries<PooledInstance>((pooled) => this.#remove(pooled));
  /** Those whose member did not answer at the last try to remove them. */
  readonly #unreachable = new Set<PooledInstance>();
  /** The removals and starts under way. */
  readonly #work = new Set<Promise<void>>();
  readonly #pace = new RefillPace();
  /** How many creations of clients are under way. */
  #creations = 0;
  #quietFrom = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(context: InstanceContext) {
    this.#context = context;
    context.reservations.pool.lender = this;
  }

  /** Returns all pools, by the names of their images. */
  list(): PoolState[] {
    return [...this.#pools.values()]
      .map(({ image, size, ready, problem }) => ({ image, size, ready, ...(problem && { problem }) }))
      .sort((one, other) => (one.image < other.image ? -1 : 1));
  }

  /**
   * Changes how many instances of an image are started ahead; they are started and removed soon.
   *
   * @param size 0: no pool.
   * @throws MccError `invalid` for a driver whose containers cannot be claimed.
   */
  set(image: string, size: number): void {
    requireClaims(this.#context.driver);
    const pool = this.#pools.get(image) ?? new Pool(image, size);
    pool.size = size;
    this.#pools.set(image, pool);
    pool.takeSurplus().forEach((pooled) => void this.#discard(pooled));
    if (size === 0) {
      this.#pools.delete(image);
    }
    pool.starting.slice(Math.max(0, size - pool.ready)).forEach((pooled) => giveUp(pooled));
    this.#refillSoon();
  }

  /** Takes an instance that fits out of its pool. The caller creates an instance with its id and address, or puts it back. */
  take({ image, type, ipAddress, ...placement }: Wanted): PooledInstance | undefined {
    const { driver, choices } = this.#context;
    if (this.#closed || driver.claims?.accepts(choices.types.get(type)) !== true) {
      return undefined;
    }
    this.#leaveAway();
    const pooled = this.#pools
      .get(image)
      ?.take(
        ({ instance: { record } }) =>
          (ipAddress === undefined || record.ipAddress === ipAddress) &&
          choices.placements.fits(placement, record.member),
      );
    if (pooled !== undefined) {
      this.addresses.delete(pooled.instance.record.ipAddress);
    }
    return pooled;
  }

  /** Returns one that was taken and is unchanged. */
  putBack(pooled: PooledInstance): void {
    const { image, ipAddress } = pooled.instance.record;
    const pool = this.#pools.get(image);
    if (pool === undefined || this.#closed) {
      void this.#discard(pooled);
    } else {
      this.addresses.add(ipAddress);
      pool.putBack(pooled);
      // Its size may have changed in the meantime.
      pool.takeSurplus().forEach((surplus) => void this.#discard(surplus));
    }
  }

  /** Starts no instance ahead until this creation has ended, and shortly after that; but a long script delays none. */
  yieldTo(creation: Promise<unknown>): void {
    this.#creations += 1;
    this.#pace.noteCreation();
    const end = (): void => {
      this.#creations -= 1;
      this.#quietFrom = performance.now() + quietMs;
      this.#refillSoon();
    };
    endsWithin(longestYieldMs, creation).then(end, end);
  }

  recall(address?: string): string | undefined {
    this.#refillSoon(lookEveryMs);
    const isIt = ({ instance }: PooledInstance): boolean =>
      address === undefined || instance.record.ipAddress === address;
    const pools = [...this.#pools.values()].sort((one, other) => other.ready - one.ready);
    for (const pool of pools) {
      const pooled = pool.take(isIt);
      if (pooled !== undefined) {
        return this.#vacate(pooled, this.#discard(pooled));
      }
    }
    for (const pool of pools) {
      const pooled = pool.starting.find((each) => isIt(each) && !each.instance.abort.signal.aborted);
      if (pooled !== undefined) {
        giveUp(pooled);
        return this.#vacate(pooled, this.#endOf(pooled));
      }
    }
    return undefined;
  }

  /** Resolves when no pooled instance has the address any more. @throws MccError if its container cannot be removed. */
  async vacated(ipAddress: string): Promise<void> {
    const ends = [...this.#vacating].filter(([{ instance }]) => instance.record.ipAddress === ipAddress);
    await Promise.all(ends.map(([, end]) => end));
  }

  /** Removes the instances of an image that is about to be removed. @throws MccError if one cannot be removed. */
  async leaveImage(image: string): Promise<void> {
    const pool = this.#pools.get(image);
    const starting = pool?.starting ?? [];
    starting.forEach((pooled) => giveUp(pooled));
    const removals = (pool?.takeAll() ?? []).map((pooled) => this.#discard(pooled));
    await Promise.all([...removals, ...starting.map((pooled) => this.#endOf(pooled))]);
    this.#refillSoon();
  }

  /** Replaces an instance whose container has stopped. */
  noteDown(id: number): void {
    for (const pool of this.#pools.values()) {
      const pooled = pool.take(({ instance }) => instance.id === id);
      if (pooled !== undefined) {
        this.#context.log.warn({ instance: id, image: pool.image }, "an instance without an owner stopped");
        void this.#discard(pooled);
        this.#refillSoon();
      }
    }
  }

  /** Removes those that were unreachable as soon as their member answers again. */
  noteListed(containers: ReadonlyMap<number, Container>): void {
    for (const pooled of this.#unreachable) {
      if (containers.get(pooled.instance.id)?.state !== "unreachable") {
        this.#unreachable.delete(pooled);
        this.#retries.hurry(pooled);
      }
    }
  }

  /** Removes all instances without an owner. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#retries.close();
    for (const pool of this.#pools.values()) {
      pool.starting.forEach((pooled) => giveUp(pooled));
      pool.takeAll().forEach((pooled) => void this.#discard(pooled));
    }
    while (this.#work.size > 0) {
      await Promise.allSettled(this.#work);
    }
  }

  /** Replaces the instances on members of the cluster that do not answer. They are removed when those are back. */
  #leaveAway(): void {
    const { placements } = this.#context.choices;
    for (const pool of this.#pools.values()) {
      let away = pool.take(({ instance }) => placements.isAway(instance.record.member));
      while (away !== undefined) {
        this.#context.log.warn(
          { instance: away.instance.id, member: away.instance.record.member },
          "an instance without an owner is unreachable",
        );
        void this.#discard(away);
        away = pool.take(({ instance }) => placements.isAway(instance.record.member));
      }
    }
    this.#refillSoon();
  }

  #refillSoon(afterMs = 0): void {
    if (!this.#closed && [...this.#pools.values()].some(({ lack }) => lack > 0)) {
      clearTimeout(this.#timer);
      const pauseMs = Math.max(afterMs, this.#quietFrom - performance.now());
      this.#timer = setTimeout(() => inTrace(undefined, () => this.#refill()), pauseMs).unref();
    }
  }

  #refill(): void {
    if (this.#creations > 0) {
      // The end of the creation calls again.
      return;
    }
    const pools = [...this.#pools.values()];
    const starting = (): number => pools.reduce((sum, pool) => sum + pool.starting.length, 0);
    const pauseMs = this.#pace.pauseMs(starting());
    if (pauseMs > 0) {
      this.#refillSoon(pauseMs);
      return;
    }
    const now = performance.now();
    for (const pool of pools.filter(({ restUntil }) => restUntil <= now)) {
      while (pool.lack > 0 && starting() < startsAtOnce) {
        const reservation = this.#context.reservations.reserveSpare();
        if (reservation === undefined) {
          break;
        }
        this.#begin(pool, draftPooled(this.#context, pool.image, reservation));
      }
    }
    this.#refillSoon(lookEveryMs);
  }

  #begin(pool: Pool, pooled: PooledInstance): void {
    this.addresses.add(pooled.instance.record.ipAddress);
    pool.begin(pooled);
    this.#starts.set(pooled, this.#tracked(this.#start(pool, pooled)));
  }

  async #endOf(pooled: PooledInstance): Promise<void> {
    await this.#starts.get(pooled);
  }

  /** @throws MccError if it was given up, and cannot be removed. */
  async #start(pool: Pool, pooled: PooledInstance): Promise<void> {
    const { signal } = pooled.instance.abort;
    try {
      // The create for which an address was given back may have failed before the address was free.
      await this.vacated(pooled.instance.record.ipAddress);
      await startPooled(this.#context, pooled);
      pool.add(pooled);
    } catch (error) {
      if (signal.aborted) {
        pool.end(pooled);
      } else {
        pool.end(pooled, messageOf(error));
        this.#context.log.warn(
          { instance: pooled.instance.id, image: pool.image, err: error },
          "an instance was not started ahead; it is tried again",
        );
      }
      await this.#discard(pooled);
    } finally {
      this.#starts.delete(pooled);
      this.#refillSoon();
    }
  }

  #vacate(pooled: PooledInstance, gone: Promise<void>): string {
    const { ipAddress } = pooled.instance.record;
    this.addresses.delete(ipAddress);
    this.#vacating.set(pooled, gone);
    return ipAddress;
  }

  /** Removes an instance that is in no pool any more; again and again if that fails. */
  #discard(pooled: PooledInstance): Promise<void> {
    const { instance } = pooled;
    const { ipAddress } = instance.record;
    this.addresses.delete(ipAddress);
    const removal = this.#remove(pooled).catch((error: unknown) => {
      this.#context.log.warn({ instance: instance.id, err: error }, "an instance without an owner is left");
      this.#retries.retry(pooled);
      throw MccError.reword(
        error,
        `Instance ${instance.id}, which was started ahead, could not be removed, and is tried again: ${messageOf(error)}`,
      );
    });
    return this.#tracked(removal);
  }

  async #remove(pooled: PooledInstance): Promise<void> {
    const { driver, reservations } = this.#context;
    const { instance } = pooled;
    try {
      await driver.destroy(instance.id);
    } catch (error) {
      if (MccError.hasCode(error, "unreachable")) {
        this.#unreachable.add(pooled);
      }
      throw error;
    }
    await instance.forget();
    reservations.release(instance.record);
    this.#vacating.delete(pooled);
  }

  #tracked(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
    tracked.catch(() => undefined);
    return tracked;
  }
}

/** @throws MccError `invalid` for a driver whose containers cannot be claimed. */
export function requireClaims({ claims }: Pick<Driver, "claims">): void {
  if (claims === undefined) {
    throw new MccError(
      "invalid",
      "This daemon's driver cannot start instances ahead; use the driver lxc or incus, or omit the pool (--warm).",
    );
  }
}

function giveUp({ instance }: PooledInstance): void {
  instance.abort.abort(new MccError("conflict", `Instance ${instance.id} is not needed any more.`));
}
