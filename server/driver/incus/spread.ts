import { MccError } from "../../../protocol/error";
import { RecentAnswer } from "../../support/concurrency/recent-answer";
import type { ClusterMember } from "./api/types";
import type { Instances } from "./instances/instances";

/** For how long an answer of the engine counts: many creates at once ask once. */
const freshMs = 1_000;

/** Work that is done on one member. */
interface Placed<T> {
  readonly work: (member: string) => Promise<T>;
  /** Whether something exists on a member that did not answer, so that the work must not be done on another one. */
  readonly hasBegun: () => Promise<boolean>;
}

/**
 * Spreads new containers over the members of a cluster: each goes to the one with the fewest. The engine would do so too, but
 * counts no creation that is under way, so that many at once go to one member.
 */
export class Spread {
  /** How many creations are under way on each member. */
  readonly #pending = new Map<string, number>();
  readonly #members: RecentAnswer<readonly ClusterMember[]>;

  constructor(
    readMembers: () => Promise<readonly ClusterMember[]>,
    private readonly instances: Pick<Instances, "counts" | "silentOfLate">,
  ) {
    this.#members = new RecentAnswer(readMembers, freshMs);
  }

  /**
   * Does work on a member, and on the next one if that does not answer.
   *
   * @param group the group of members. Default: any.
   * @throws MccError `unreachable` if none answers; the error of the work.
   */
  async place<T>(group: string | undefined, { work, hasBegun }: Placed<T>): Promise<T> {
    const { instances } = this;
    const members = await this.#members.get();
    const silent = instances.silentOfLate();
    const left = new Set(
      members
        .filter(
          ({ status, groups }) => status === "Online" && (group === undefined || groups?.includes(group)),
        )
        .map(({ server_name: name }) => name)
        .filter((name) => !silent.has(name)),
    );
    let failure: unknown = new MccError(
      "unreachable",
      "No member that takes new containers answers; start one.",
    );
    while (left.size > 0) {
      const member = this.#emptiest(left, instances.counts());
      left.delete(member);
      this.#count(member, 1);
      try {
        return await work(member);
      } catch (error) {
        if (!MccError.hasCode(error, "unreachable") || (await hasBegun())) {
          throw error;
        }
        failure = error;
        this.#members.forget();
      } finally {
        this.#count(member, -1);
      }
    }
    throw failure;
  }

  #emptiest(members: ReadonlySet<string>, counts: ReadonlyMap<string, number>): string {
    const load = (name: string): number => (counts.get(name) ?? 0) + (this.#pending.get(name) ?? 0);
    return [...members].reduce((least, name) => (load(name) < load(least) ? name : least));
  }

  #count(member: string, change: number): void {
    this.#pending.set(member, (this.#pending.get(member) ?? 0) + change);
  }
}
