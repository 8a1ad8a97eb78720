import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { MccError, messageOf } from "../../../protocol/error";
import type { MethodResult, ParsedParameters } from "../../../protocol/methods/method-table";
import { refuseOtherServer } from "../../support/refuse-other-server";
import { type Accounted, newAccount } from "../access/account";
import type { Caller } from "../access/caller";
import { requireOwn } from "../access/rights";
import { requireShare } from "../access/shares";
import type { Clock } from "./clock";
import type { KeptLeases } from "./kept-leases";
import type { HeldLease, Leased } from "./lifetime";

/** A timer that is later than this was delayed with the whole daemon, and renewals may wait to be read. */
const heldUpMs = 1000;

interface OpenLease extends Accounted {
  readonly seconds: number;
  readonly timer: NodeJS.Timeout;
}

/** The leases that clients renew. Instances and fleets have theirs in their records. */
export class Leases {
  readonly #serverId: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #open = new Map<string, OpenLease>();
  #leased: () => readonly Leased[] = () => [];
  #closed = false;

  constructor(
    serverId: string,
    clock: Clock,
    private readonly kept: KeptLeases,
    log: Logger,
  ) {
    this.#serverId = serverId;
    this.#clock = clock;
    this.#log = log;
  }

  /** Starts, and restarts the time of each lease on record, because no client could renew it while no daemon ran. */
  start(leased: () => readonly Leased[]): void {
    this.#leased = leased;
    const onRecord = leased().flatMap(({ lease }) => lease ?? []);
    [...this.kept.earlier, ...onRecord].forEach((lease) => this.#renew(lease));
  }

  /**
   * Resolves when the lease is on disk: it survives a restart of the daemon.
   *
   * @throws MccError `exhausted` for a user that has too many.
   */
  async open(
    caller: Caller,
    { seconds }: ParsedParameters<"lease.open">,
  ): Promise<MethodResult<"lease.open">> {
    requireShare(caller, "lease", this.#open.values());
    const { account } = caller;
    const id = randomBytes(16).toString("hex");
    this.#renew({ id, seconds, ...newAccount(account) });
    await this.#save();
    return { lease: id, seconds };
  }

  /** @throws MccError `not-found` for one that is not open, `conflict` for another server's. */
  renew(caller: Caller, { lease, serverId }: ParsedParameters<"lease.renew">): MethodResult<"lease.renew"> {
    refuseOtherServer(`lease ${lease}`, serverId, this.#serverId);
    const held = this.require(caller, lease);
    this.#renew(held);
    return { seconds: held.seconds };
  }

  /** @throws MccError that names what could not be destroyed; the destroy is repeated until it succeeds. */
  async end(
    caller: Caller,
    { lease, serverId }: ParsedParameters<"lease.end">,
  ): Promise<MethodResult<"lease.end">> {
    refuseOtherServer(`lease ${lease}`, serverId, this.#serverId);
    // Also one that has ended, while what hangs on it is still being destroyed.
    const held = this.#open.get(lease) ?? this.#leased().find((leased) => leased.lease?.id === lease)?.lease;
    requireOwn(caller, held ?? caller, `The lease ${lease}`);
    return { destroyed: await this.#end(lease, "its lease was ended") };
  }

  /**
   * Returns the lease for a record, which depends on it from then on.
   *
   * @throws MccError `not-found` for one that is not open, `forbidden` for another account's.
   */
  require(caller: Caller, id: string): HeldLease {
    const lease = this.#open.get(id);
    if (lease === undefined) {
      throw new MccError(
        "not-found",
        `The lease ${id} is not open: it was ended, or not renewed in time, and its instances and fleets are destroyed. Open another one.`,
      );
    }
    requireOwn(caller, lease, `The lease ${id}`);
    const { seconds, account } = lease;
    return { id, seconds, ...(account === undefined ? {} : { account }) };
  }

  /** Ends no more leases; those that are open stay open for the next daemon. */
  close(): void {
    this.#closed = true;
    this.#open.forEach(({ timer }) => clearTimeout(timer));
  }

  #renew({ id, seconds, account }: HeldLease): void {
    if (this.#closed) {
      return;
    }
    clearTimeout(this.#open.get(id)?.timer);
    const dueMs = this.#clock.uptimeMs() + seconds * 1000;
    const timer = setTimeout(() => {
      if (this.#clock.uptimeMs() > dueMs + heldUpMs) {
        this.#renew({ id, seconds, account });
      } else {
        void this.#expire(id, seconds);
      }
    }, seconds * 1000);
    this.#open.set(id, { seconds, account, timer: timer.unref() });
  }

  async #save(): Promise<void> {
    await this.kept.save(() =>
      [...this.#open].map(([id, { seconds, account }]) => ({ id, seconds, account })),
    );
  }

  async #expire(id: string, seconds: number): Promise<void> {
    this.#log.info({ lease: id, seconds }, "the lease was not renewed");
    try {
      await this.#end(id, `its lease was not renewed for ${seconds} s`);
    } catch (error) {
      this.#log.warn({ lease: id, err: error }, "not destroyed at the end of the lease; it is tried again");
    }
  }

  async #end(id: string, why: string): Promise<number> {
    clearTimeout(this.#open.get(id)?.timer);
    const wasOpen = this.#open.delete(id);
    const hanging = this.#leased().filter(({ lease }) => lease?.id === id);
    const results = await Promise.allSettled(hanging.map(({ destroy }) => destroy(why)));
    if (wasOpen) {
      await this.#save();
    }
    const errors = results.flatMap((result): unknown[] =>
      result.status === "rejected" ? [result.reason] : [],
    );
    if (errors.length > 0) {
      const [first] = errors;
      throw MccError.reword(
        first,
        `The lease ${id} is ended, but ${errors.length} of its ${hanging.length} instances and fleets could not be destroyed yet: ${messageOf(first)}`,
      );
    }
    return results.reduce((sum, result) => sum + (result.status === "fulfilled" ? result.value : 0), 0);
  }
}
