import { MccError } from "../../../protocol/error";
import type { Member, Placement, SimulatedMember } from "../driver";

type State = Member["state"];

/** The members of a simulated cluster. Without any, all containers are on one machine that has no name. */
export class SimulatedMembers {
  readonly #states = new Map<string, State>();
  readonly #groups: ReadonlyMap<string, string>;

  constructor(members: readonly SimulatedMember[]) {
    this.#groups = new Map(members.map(({ name, group }) => [name, group]));
    members.forEach(({ name }) => this.#states.set(name, "online"));
  }

  get exist(): boolean {
    return this.#groups.size > 0;
  }

  /** @param counts the number of containers on each. */
  list(counts: ReadonlyMap<string, number>): Member[] {
    return [...this.#states].map(([name, state]) => ({
      name,
      state,
      groups: [this.#groups.get(name) ?? ""],
      containers: counts.get(name) ?? 0,
    }));
  }

  /**
   * Chooses the member for a container: the one with the fewest that fits.
   *
   * @returns undefined if there are no members.
   * @throws MccError `unreachable` if none that fits answers.
   */
  choose({ member, group }: Placement, counts: () => ReadonlyMap<string, number>): string | undefined {
    if (!this.exist) {
      return undefined;
    }
    const [chosen] = this.list(counts())
      .filter(({ name, state }) => state === "online" && (member ?? name) === name)
      .filter(({ groups }) => group === undefined || groups.includes(group))
      .sort((one, other) => one.containers - other.containers);
    if (chosen === undefined) {
      throw new MccError(
        "unreachable",
        "No member of the simulated cluster that fits the placement answers.",
      );
    }
    return chosen.name;
  }

  isOffline(name: string | undefined): boolean {
    return name !== undefined && this.#states.get(name) === "offline";
  }

  /** @throws MccError `unreachable` for a member that does not answer. */
  requireAnswer(name: string | undefined): void {
    if (this.isOffline(name)) {
      throw new MccError("unreachable", `The simulated member "${name}" of the cluster does not answer.`);
    }
  }

  /** @throws MccError `not-found` for a name that the cluster never had. */
  set(name: string, state: State | "removed"): void {
    if (!this.#groups.has(name)) {
      const names = [...this.#groups.keys()].join(", ");
      throw new MccError("not-found", `There is no simulated member "${name}"; the members are ${names}.`);
    }
    if (state === "removed") {
      this.#states.delete(name);
    } else {
      this.#states.set(name, state);
    }
  }
}
