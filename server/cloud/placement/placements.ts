import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import { MccError } from "../../../protocol/error";
import type { SimulatedMemberState } from "../../../protocol/methods/member";
import type { Driver, Member, Placement } from "../../driver/driver";

/** For how long an answer of the engine counts. Many creates at once ask once. */
const freshMs = 1000;

type Engine = Pick<Driver, "capabilities" | "members" | "simulateMember">;

/** The members of the cluster, and what creations may ask of them. A driver without members refuses every placement. */
export class Placements {
  #members: readonly Member[] | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly log: Pick<Logger, "warn">,
  ) {}

  /** The members as the engine listed them last, by their names. Undefined if it has none, or has not answered. */
  get known(): readonly Member[] | undefined {
    return this.#members;
  }

  /** Asks the engine for its members, unless it was asked within the last second. @throws MccError of the engine. */
  async look(): Promise<void> {
    if (this.engine.members === undefined || performance.now() - this.#askedAt < freshMs) {
      return;
    }
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  /** As `look`, and logs a failure: without an answer, nothing is known. */
  async lookIfPossible(): Promise<void> {
    await this.look().catch((error: unknown) => {
      this.#members = undefined;
      this.log.warn({ err: error }, "the members of the cluster are not known");
    });
  }

  /**
   * Refuses a placement that the engine cannot have. A member that does not answer is not refused.
   *
   * @throws MccError `invalid`, `not-found`, and the errors of the engine.
   */
  async require(asked: Placement): Promise<void> {
    const { member, group } = asked;
    if (placementOf(asked) === undefined) {
      await this.lookIfPossible();
      return;
    }
    this.#requirePossible(asked);
    await this.look();
    const members = this.#members ?? [];
    if (member !== undefined && !members.some(({ name }) => name === member)) {
      const names = members.map(({ name }) => name).join(", ");
      throw new MccError("not-found", `The cluster has no member "${member}"; its members are ${names}.`);
    }
    if (group !== undefined && !members.some(({ groups }) => groups.includes(group))) {
      const groups = [...new Set(members.flatMap((each) => each.groups))].sort().join(", ");
      throw new MccError(
        "not-found",
        `No member of the cluster is in the group "${group}"; the groups are ${groups}.`,
      );
    }
  }

  /**
   * Refuses a create where no member can take it now. Call it after `require`.
   *
   * @throws MccError `unreachable` if they do not answer, `conflict` if they are evacuated.
   */
  requireTaker(asked: Placement): void {
    const members = this.#members?.filter((each) => isIn(asked, each)) ?? [];
    if (members.length === 0 || members.some(({ state }) => state === "online")) {
      return;
    }
    const which = members.map(({ name, state }) => `"${name}" is ${state}`).join(", ");
    throw new MccError(
      members.some(({ state }) => state === "offline") ? "unreachable" : "conflict",
      `No member of the cluster can take the instance: ${which}. Choose another placement, or repeat the call when one is online.`,
    );
  }

  /** Returns whether a container that exists on a member is a placement as asked, and the member answers. */
  fits(asked: Placement, name: string | undefined): boolean {
    const member = this.#members?.find((each) => each.name === name);
    return member === undefined
      ? placementOf(asked) === undefined
      : isIn(asked, member) && member.state !== "offline";
  }

  /** Returns whether a member is known not to answer, or is no longer there. */
  isAway(name: string | undefined): boolean {
    return (
      name !== undefined &&
      this.#members !== undefined &&
      !this.#members.some((member) => member.name === name && member.state !== "offline")
    );
  }

  /** Changes the state of a simulated member. @throws MccError `invalid` for a driver whose members are real; `not-found`. */
  async simulate(member: string, state: SimulatedMemberState): Promise<void> {
    if (this.engine.simulateMember === undefined) {
      throw new MccError(
        "invalid",
        "This daemon has no simulated members; start mccserver with --driver simulated --simulated-members NAME,NAME.",
      );
    }
    await this.engine.simulateMember(member, state);
    this.#askedAt = Number.NEGATIVE_INFINITY;
    await this.look();
  }

  #requirePossible({ member, group }: Placement): void {
    if (!this.engine.capabilities.placement) {
      const asked = member === undefined ? `group is "${group}"` : `member is "${member}"`;
      throw new MccError(
        "invalid",
        `This daemon's driver has one machine, and ${asked}; omit it, or use a daemon of a cluster.`,
      );
    }
    if (member !== undefined && group !== undefined) {
      throw new MccError(
        "invalid",
        `member is "${member}", and group is "${group}"; give only one of them, because a member is in its groups already.`,
      );
    }
  }

  async #ask(): Promise<void> {
    const members = (await this.engine.members?.()) ?? [];
    this.#members = members.toSorted((one, other) =>
      one.name.localeCompare(other.name, "en", { numeric: true }),
    );
    this.#askedAt = performance.now();
  }
}

/** Returns what a client asked for, as a record has it; undefined if it left the choice to the engine. */
export function placementOf({ member, group }: Placement): Placement | undefined {
  return member === undefined && group === undefined
    ? undefined
    : { ...(member === undefined ? {} : { member }), ...(group === undefined ? {} : { group }) };
}

/** Returns whether two clients asked for the same. */
export function isSamePlacement(one: Placement = {}, other: Placement = {}): boolean {
  return isDeepStrictEqual(placementOf(one), placementOf(other));
}

function isIn({ member, group }: Placement, { name, groups }: Member): boolean {
  return (member === undefined || member === name) && (group === undefined || groups.includes(group));
}
