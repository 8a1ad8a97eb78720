import { MccError } from "../../../../protocol/error";
import { adminAccount } from "../../../../protocol/methods/access-token";
import type { InstanceType } from "../../../../protocol/methods/instance-type";
import type { Quota, QuotaLimit, QuotaLimits, QuotaUse, SizeLimit } from "../../../../protocol/methods/quota";
import { sizeLimits } from "../../../../protocol/quota-amounts";
import { Queue } from "../../../support/concurrency/turns";
import type { Term } from "../../lifetimes/lifetime";
import type { DamagedFiles } from "../../state/damaged-files";
import type { Holding } from "./holding";
import { amountOf } from "./kinds";
import { QuotaFile } from "./quota-file";
import { overQuota, type Share, ttlTooLong, typeWithoutLimit } from "./refusal";
import { isGrowth, isOver, totalOf } from "./total";

/** A change of what an account has. */
export interface Growth {
  /** The names of instances that are gone, or changed, when the new ones come. */
  readonly gone: readonly string[];
  /** The type of each new or changed instance. */
  readonly types: readonly string[];
  /** What grows: `this instance`. */
  readonly what: string;
}

/** A reason why something may not grow. */
export interface QuotaRefusal {
  readonly limit: SizeLimit;
  readonly error: MccError;
}

/** How long something new lives, as its parameters say. */
interface AskedLife {
  readonly ttlSeconds?: number | undefined;
  readonly noTtl?: boolean | undefined;
  readonly lease?: string | undefined;
}

/** A change of an account's limits. */
export interface QuotaChange {
  readonly limits?: QuotaLimits | undefined;
  readonly removed?: readonly QuotaLimit[] | undefined;
}

/**
 * The quotas of accounts. Nothing is reserved for what may grow: what an account has is counted from the catalogs, into which
 * callers put the new instances before they wait for anything else.
 */
export class Quotas {
  #limits: ReadonlyMap<string, QuotaLimits>;
  #holdings: () => readonly Holding[] = () => [];
  /** Changes run one after the other, because each writes the whole file. */
  readonly #changes = new Queue();

  private constructor(
    private readonly file: QuotaFile,
    private readonly types: { readonly find: (name: string) => InstanceType | undefined },
    limits: ReadonlyMap<string, QuotaLimits>,
  ) {
    this.#limits = limits;
  }

  static async open(
    stateFolder: string,
    damaged: DamagedFiles,
    types: { readonly find: (name: string) => InstanceType | undefined },
  ): Promise<Quotas> {
    const file = new QuotaFile(stateFolder, damaged);
    return new Quotas(file, types, await file.read());
  }

  /** Sets where the instances are found. Call it before the first request. */
  count(holdings: () => readonly Holding[]): void {
    this.#holdings = holdings;
  }

  /** Returns the limits of an account and what it has; undefined without a limit. */
  of(account: string): Quota | undefined {
    const limits = this.#limits.get(account);
    return limits === undefined ? undefined : { limits, used: this.#usedBy(account) };
  }

  /** Changes the limits of an account. Those that are neither given nor removed stay. @throws MccError `conflict`, `invalid`. */
  async change(account: string, { limits = {}, removed = [] }: QuotaChange): Promise<void> {
    if (account === adminAccount) {
      throw new MccError(
        "conflict",
        `The account "${adminAccount}" is that of the daemon's host and has no quota; give another token a quota.`,
      );
    }
    await this.#changes.take(async () => {
      const kept = Object.entries({ ...this.#limits.get(account), ...limits }).filter(
        ([name]) => !removed.some((other) => other === name),
      );
      const changed: QuotaLimits = Object.fromEntries(kept);
      refuseImpossible(changed);
      const all = new Map(this.#limits);
      if (kept.length === 0) {
        all.delete(account);
      } else {
        all.set(account, changed);
      }
      await this.file.write(all);
      this.#limits = all;
    });
  }

  /** @throws MccError `exhausted`: see `refusals`. */
  require(account: string, growth: Growth): void {
    const [first] = this.refusals(account, growth);
    if (first !== undefined) {
      throw first.error;
    }
  }

  /** Returns which limits do not allow a change. One that takes no more than before is always allowed. */
  refusals(account: string, { gone, types, what }: Growth): QuotaRefusal[] {
    const limits = this.#limits.get(account);
    if (limits === undefined) {
      return [];
    }
    const holdings = this.#holdingsOf(account);
    const staying = holdings.filter(({ name }) => !gone.includes(name));
    return sizeLimits.flatMap((limit) => {
      const most = limits[limit];
      if (most === undefined) {
        return [];
      }
      const shares = this.#sharesOf(limit, holdings);
      const has = totalOf(shares.map(({ amount }) => amount));
      const kept = this.#sharesOf(limit, staying).map(({ amount }) => amount);
      const added = types.map((type) => amountOf[limit](this.types.find(type)));
      const after = totalOf([...kept, ...added]);
      if (!isOver(most, after) || !isGrowth(has, after)) {
        return [];
      }
      const endless = types[added.indexOf(undefined)];
      const error =
        endless === undefined
          ? overQuota({ account, limit, most, shares, has, what, needed: after.sum - has.sum })
          : typeWithoutLimit({ account, limit, most }, endless);
      return [{ limit, error }];
    });
  }

  /**
   * Returns the TTL of something new; undefined for none. With a lease, which also ends it, only a longest TTL is imposed.
   *
   * @throws MccError `exhausted` for one that is too long; `invalid` for one in addition to none.
   */
  termOf(account: string, { ttlSeconds, noTtl = false, lease }: AskedLife): Term | undefined {
    if (noTtl && ttlSeconds !== undefined) {
      throw new MccError("invalid", "A TTL and no TTL contradict each other; give one of them.");
    }
    if (noTtl || ttlSeconds !== undefined) {
      this.requireTtl(account, ttlSeconds ?? 0);
      return ttlSeconds === undefined ? undefined : { seconds: ttlSeconds };
    }
    const { maxTtlSeconds, defaultTtlSeconds = maxTtlSeconds } = this.#limits.get(account) ?? {};
    const seconds = lease === undefined ? defaultTtlSeconds : maxTtlSeconds;
    return seconds === undefined ? undefined : { seconds, imposed: true };
  }

  /** @param seconds 0: none. @throws MccError `exhausted`. */
  requireTtl(account: string, seconds: number): void {
    const most = this.#limits.get(account)?.maxTtlSeconds;
    if (most !== undefined && (seconds === 0 || seconds > most)) {
      throw ttlTooLong(account, most, seconds);
    }
  }

  #holdingsOf(account: string): Holding[] {
    return this.#holdings().filter((holding) => holding.account === account);
  }

  #sharesOf(limit: SizeLimit, holdings: readonly Holding[]): Share[] {
    return holdings.map(({ name, types }) => {
      const amounts = types.map((type) => amountOf[limit](this.types.find(type)));
      const limited = amounts.filter((amount) => amount !== undefined);
      return { name, amount: limited.length < amounts.length ? undefined : Math.max(...limited) };
    });
  }

  #usedBy(account: string): QuotaUse {
    const holdings = this.#holdingsOf(account);
    const used = sizeLimits.flatMap((limit) => {
      const { sum, unlimited } = totalOf(this.#sharesOf(limit, holdings).map(({ amount }) => amount));
      return unlimited > 0 ? [] : [[limit, sum] as const];
    });
    return { instances: holdings.length, ...Object.fromEntries(used) };
  }
}

/** @throws MccError `invalid` for a TTL that would be refused if a client gave it. */
function refuseImpossible({ maxTtlSeconds, defaultTtlSeconds }: QuotaLimits): void {
  if (maxTtlSeconds !== undefined && defaultTtlSeconds !== undefined && defaultTtlSeconds > maxTtlSeconds) {
    throw new MccError(
      "invalid",
      `The default TTL of ${defaultTtlSeconds} s is longer than the longest TTL of ${maxTtlSeconds} s; make it shorter, or remove it.`,
    );
  }
}
