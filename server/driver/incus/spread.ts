import { MccError } from "../../../protocol/error";
import { RecentAnswer } from "../../support/concurrency/recent-answer";
import { endsWithin } from "../../support/time-limits";
import type { ClusterMember } from "./api/types";
import type { Instances } from "./instances/instances";

/** For how long an answer of the engine counts: many creates at once ask once. */
const freshMs = 1_000;

/** How long a request waits for the one before it. A member that does not answer must not hold up the others. */
const turnMs = 500;
/** Until the project has so many instances, the daemon chooses, which is cheap then. */
const chosenHere = 24;
/** If two members differ by more instances, the daemon chooses. */
const mostUneven = 3;

/** Where the engine creates a container. */
export interface Target {
  /** As its calls have it: a member's name, or `@` and the name of a group. Default: any member. */
  readonly name?: string | undefined;
  /** The members that it can be. */
  readonly members: ReadonlySet<string>;
  /** Makes the request at the right time. */
  readonly inTurn: <T>(request: () => Promise<T>) => Promise<T>;
  /** Called with the member that the engine chose. */
  readonly onChoice: (member: string) => void;
}

/** Work that is done on one member. */
interface Placed<T> {
  readonly work: (target: Target) => Promise<T>;
  /** Whether something exists on a member that did not answer, so that the work must not be done on another one. */
  readonly hasBegun: () => Promise<boolean>;
}

/**
 * Spreads new containers over the members of a cluster: each goes to the one with the fewest. The engine would do so too, but
 * does not count all creations that are under way, so that many at once go to one member.
 *
 * With many instances, the engine chooses, and the daemon only evens out. At each create that names a member, LXD reads all
 * instances of a project with restrictions from its database: 5 ms of processor time for each that exists (5.0.2).
 */
export class Spread {
  /** How many creations are under way on each member. */
  readonly #pending = new Map<string, number>();
  readonly #members: RecentAnswer<readonly ClusterMember[]>;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(
    readMembers: () => Promise<readonly ClusterMember[]>,
    private readonly instances: Pick<Instances, "counts" | "silentOfLate">,
  ) {
    this.#members = new RecentAnswer(readMembers, freshMs);
  }

  /**
   * Does work on a member, and on another one if that does not answer.
   *
   * @param group the group of members. Default: any.
   * @throws MccError `unreachable` if none answers; the error of the work.
   */
  async place<T>(group: string | undefined, { work, hasBegun }: Placed<T>): Promise<T> {
    const { instances } = this;
    const members = await this.#members.get();
    const silent = instances.silentOfLate();
    const online = members
      .filter(({ status, groups }) => status === "Online" && (group === undefined || groups?.includes(group)))
      .map(({ server_name: name }) => name);
    const left = new Set(online.filter((name) => !silent.has(name)));
    let failure: unknown = new MccError(
      "unreachable",
      "No member that takes new containers answers; start one.",
    );
    if (left.size === online.length && this.#leavesChoice(left)) {
      const choice = this.#choiceOf(group, left);
      try {
        return await work(choice.target);
      } catch (error) {
        await this.#requireOther(error, hasBegun);
        failure = error;
      } finally {
        choice.end();
      }
    }
    while (left.size > 0) {
      const member = this.#emptiest(left, instances.counts());
      left.delete(member);
      this.#count(member, 1);
      try {
        return await work(onMember(member));
      } catch (error) {
        await this.#requireOther(error, hasBegun);
        failure = error;
      } finally {
        this.#count(member, -1);
      }
    }
    throw failure;
  }

  /** @throws the error, unless another member can do the work. */
  async #requireOther(error: unknown, hasBegun: () => Promise<boolean>): Promise<void> {
    if (!MccError.hasCode(error, "unreachable") || (await hasBegun())) {
      throw error;
    }
    this.#members.forget();
  }

  /** Whether the engine chooses one of the members. */
  #leavesChoice(members: ReadonlySet<string>): boolean {
    const counts = this.instances.counts();
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const loads = [...members].map((name) => this.#load(name, counts));
    const isEven = Math.max(...loads) - Math.min(...loads) <= mostUneven;
    return members.size === 1 || (members.size > 1 && total >= chosenHere && isEven);
  }

  /** The requests do not overlap, because the engine counts the creations that it has begun. */
  #choiceOf(
    group: string | undefined,
    members: ReadonlySet<string>,
  ): { readonly target: Target; readonly end: () => void } {
    const chosen: string[] = [];
    const target: Target = {
      name: group && `@${group}`,
      members: new Set(members),
      inTurn: async (request) => {
        const before = this.#lastTurn;
        const turn = endsWithin(turnMs, before).then(request);
        this.#lastTurn = turn.catch(() => undefined);
        return await turn;
      },
      onChoice: (member) => {
        chosen.push(member);
        this.#count(member, 1);
      },
    };
    return { target, end: () => chosen.forEach((member) => this.#count(member, -1)) };
  }

  #emptiest(members: ReadonlySet<string>, counts: ReadonlyMap<string, number>): string {
    return [...members].reduce((least, name) =>
      this.#load(name, counts) < this.#load(least, counts) ? name : least,
    );
  }

  #load(member: string, counts: ReadonlyMap<string, number>): number {
    return (counts.get(member) ?? 0) + (this.#pending.get(member) ?? 0);
  }

  #count(member: string, change: number): void {
    this.#pending.set(member, (this.#pending.get(member) ?? 0) + change);
  }
}

/** Of a target that leaves no choice. */
export const atOnce: Pick<Target, "inTurn" | "onChoice"> = {
  inTurn: async (request) => await request(),
  onChoice: () => undefined,
};

/** A member that is named. */
export function onMember(name: string): Target {
  return { name, members: new Set([name]), ...atOnce };
}
