import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../protocol/error";
import { ownerKeys } from "../../../protocol/methods/values/owner";
import { rolesThatChange } from "../../../protocol/methods/values/role";
import { Deadline } from "../../support/time-limits";
import { type Accounted, accountOf } from "../access/account";
import type { Caller } from "../access/caller";
import type { Clock } from "../lifetimes/clock";
import { type Asked, type Claim, ownerOf } from "./claim";

/** How long an attempt counts as active after its last call. */
const quietMs = 10_000;
const lookEveryMs = 100;

type Claimed = Claim & Accounted & { readonly uid: string };

/** An object that an earlier create may have made. */
export interface Claimable {
  /** `Instance 500 (web)`, for messages. */
  readonly wholeTitle: string;
  readonly record: Claimed;
  readonly labels: Readonly<Record<string, string>>;
  /** The command that destroys it: `mcc destroy-instance 500`. */
  readonly destroyCommand: string;
  /** Gives it another uid and attempt in memory. */
  readonly pass: (changes: Claim & { uid: string }) => void;
}

/** Decides who may continue with a client token: knows which attempts are active. */
export class Claims {
  /** Calls under way and the end of the last one, by account and attempt or uid. Latest ended last. */
  readonly #calls = new Map<string, { open: number; lastMs: number }>();

  constructor(private readonly clock: Clock) {}

  /**
   * Counts a call as one of an attempt: by the attempt's id, or the object's uid. Readers see uids and change nothing, so
   * their calls delay no attempt; neither do those of other accounts.
   */
  async during<T>(
    { account, role }: Caller,
    names: readonly (string | undefined)[],
    work: () => Promise<T>,
  ): Promise<T> {
    const known = rolesThatChange.includes(role)
      ? names.flatMap((name) => (name === undefined ? [] : keyOf(account, name)))
      : [];
    known.forEach((name) => this.#count(name, 1));
    try {
      return await work();
    } finally {
      known.forEach((name) => this.#count(name, -1));
      this.#forget();
    }
  }

  /**
   * Returns what the token created, if the attempt may continue with it, after waiting until another attempt is no longer
   * active. What that one left gets another uid.
   *
   * @param find is called again after each wait.
   * @param save writes it, once it has another uid.
   * @throws MccError `conflict` for a token that is spent, or another attempt's.
   */
  async takeUp<C extends Claimable>(
    asked: Asked,
    find: () => C | undefined,
    save: (found: C) => Promise<unknown>,
  ): Promise<C | undefined> {
    const deadline = new Deadline((asked.patienceSeconds ?? 0) * 1000);
    for (;;) {
      const found = find();
      if (found === undefined || this.#isOwn(found, asked)) {
        return found;
      }
      if (!this.#isActive(found.record)) {
        const { attempt, owner = found.record.owner } = asked;
        const { uid, unconfirmed, owner: formerOwner } = found.record;
        found.pass({ uid: randomBytes(16).toString("hex"), unconfirmed: { attempt }, owner });
        try {
          await save(found);
        } catch (error) {
          // Otherwise the next try would consider it its own, and never write it.
          found.pass({ uid, unconfirmed, owner: formerOwner });
          throw error;
        }
        return found;
      }
      if (deadline.leftMs === 0) {
        throw isBeingMade(found);
      }
      await pause(Math.min(lookEveryMs, deadline.leftMs));
    }
  }

  /** Checks what `takeUp` has returned again, without waiting. @throws as that does. */
  refuseOthers(found: Claimable, asked: Asked): void {
    if (!this.#isOwn(found, asked)) {
      throw isBeingMade(found);
    }
  }

  /** @throws MccError `conflict` for a token that is spent. */
  #isOwn(found: Claimable, asked: Asked): boolean {
    const { unconfirmed } = found.record;
    // A client without attempts never confirms, so a state may have what it created.
    if (unconfirmed === undefined || (unconfirmed.attempt === undefined && asked.attempt !== undefined)) {
      throw isSpent(found);
    }
    return unconfirmed.attempt === asked.attempt;
  }

  #isActive({ uid, unconfirmed, ...owned }: Claimed): boolean {
    return [uid, unconfirmed?.attempt ?? ""].some((name) => {
      const calls = this.#calls.get(keyOf(accountOf(owned), name));
      return calls !== undefined && (calls.open > 0 || this.clock.uptimeMs() - calls.lastMs < quietMs);
    });
  }

  #count(name: string, more: 1 | -1): void {
    const open = (this.#calls.get(name)?.open ?? 0) + more;
    this.#calls.delete(name);
    this.#calls.set(name, { open, lastMs: this.clock.uptimeMs() });
  }

  #forget(): void {
    for (const [name, { open, lastMs }] of this.#calls) {
      if (open === 0 && this.clock.uptimeMs() - lastMs >= quietMs) {
        this.#calls.delete(name);
      } else if (open === 0) {
        return;
      }
    }
  }
}

/** Names of accounts have no blanks. */
function keyOf(account: string, name: string): string {
  return `${account} ${name}`;
}

function isSpent({ wholeTitle, record, labels, destroyCommand }: Claimable): MccError {
  const owner = ownerOf(record, labels);
  const { [ownerKeys.project]: projectName, [ownerKeys.stack]: stackName } = labels;
  const prune =
    projectName === undefined || stackName === undefined
      ? ""
      : `, or mcc prune --stack ${projectName}/${stackName}`;
  return new MccError(
    "conflict",
    `${wholeTitle} exists already and belongs to ${owner ?? "another program"}, recorded in another state; it was not taken over, and nothing was changed. If both are to exist, give this stack a namespace of its own (pulumi config set minicloud:namespace NAME) or the resource another name; if no state has that one any more, destroy it first (${destroyCommand}${prune}).`,
  );
}

function isBeingMade({ wholeTitle, record, labels }: Claimable): MccError {
  return new MccError(
    "conflict",
    `${wholeTitle} is being created by another "pulumi up" of ${ownerOf(record, labels) ?? "the same resource"} just now, whose last call was less than ${quietMs / 1000} s ago. Try again when that one has ended; for two stacks of one name, give one of them a namespace of its own (pulumi config set minicloud:namespace NAME).`,
  );
}
