import { setImmediate as nextTick } from "node:timers/promises";
import { MccError, messageOf } from "../../../protocol/error";
import { because } from "../../support/because";
import type { Instance } from "../instances/instance";
import { refuseUnreachable } from "../instances/unreachable";
import type { FleetContext } from "./context";
import { failuresOf, type MemberFailure, refuseFailures } from "./failures";
import type { Fleet } from "./fleet";
import { giveBack, makeMember, type Newcomer, reserveMembers } from "./members";
import { changesOf, type FleetPlan, indexOf, planFleet } from "./plan";
import type { FleetLife, FleetSpec } from "./record";

/** Failures that follow the first within this time are reported with it, before the other creations are ended. */
const gatheringMs = 1000;
/** Members begun at a time, so that the engine works on the first ones while the host keys of others are made. */
const begunAtOnce = 32;

/** What a change of a fleet will do. */
export interface ChangePlan extends FleetPlan<Instance> {
  readonly spec: FleetSpec;
  /** Whether the fleet is new. */
  readonly isFirst: boolean;
  /** The count before the change. Members past it are created all or none. */
  readonly countBefore: number;
}

/** Plans how to bring a fleet to its desired state. Reserves and changes nothing. */
export function planChange(fleet: Fleet, spec: FleetSpec): ChangePlan {
  const isFirst = fleet.record.phase === "creating";
  const countBefore = isFirst ? 0 : fleet.record.spec.count;
  return { ...planFleet(spec, fleet.members), spec, isFirst, countBefore };
}

/** Carries out a plan whose new members are reserved. */
export class FleetChange {
  readonly #context: FleetContext;
  readonly #fleet: Fleet;
  readonly #newcomers: readonly Newcomer[];
  /** Members that could not be changed or destroyed because they are unreachable. They hold up no others. */
  readonly #unreachable: MemberFailure[] = [];
  /** Whether everything else is done. */
  #isDone = false;

  constructor(
    context: FleetContext,
    fleet: Fleet,
    readonly plan: ChangePlan,
    newcomers: readonly Newcomer[],
  ) {
    this.#context = context;
    this.#fleet = fleet;
    this.#newcomers = newcomers;
  }

  /**
   * Records the intent. Nothing was done yet when this fails, so the reservations are only given back.
   *
   * @throws MccError `engine`, `exhausted` or `unavailable`.
   */
  async record(lives: FleetLife): Promise<void> {
    const { outdated, surplus, spec, isFirst } = this.plan;
    const phase = isFirst ? "creating" : "changing";
    try {
      outdated.forEach((member) => member.coverByFleet());
      await this.#intend(surplus, this.#newcomers, { ...lives, phase, spec, failure: undefined });
    } catch (error) {
      giveBack(this.#context, this.#fleet, this.#newcomers);
      this.#fleet.leaving.clear();
      throw because(error, `The intent could not be recorded: ${messageOf(error)}`, "engine");
    }
  }

  /**
   * Carries out the plan until the fleet is settled. What an unreachable member keeps from being done is reported when
   * everything else is done.
   *
   * @throws MccError that names the members which failed.
   */
  async carryOut(): Promise<void> {
    const { surplus, outdated, different, unreachable, spec } = this.plan;
    const { instances } = this.#context;
    await this.#each(surplus, (member) => instances.destruction.destroy(member));
    await this.#each(outdated, (member) => instances.updateMember(member, changesOf(spec, member)));
    await this.#make(this.#newcomers);
    const atOnce = spec.maxUnavailable ?? different.length;
    for (let start = 0; start < different.length; start += atOnce) {
      await this.#replace(different.slice(start, start + atOnce));
    }
    this.#isDone = true;
    const kept = await failuresOf(unreachable, async (member) => {
      await Promise.resolve();
      refuseUnreachable(member);
    });
    const failures = [...this.#unreachable, ...kept];
    this.#refuse(failures, this.#fleet.members.length);
    await this.#fleet.settle();
  }

  /**
   * Undoes what `carryOut` made that did not exist before.
   *
   * @param reason what the fleet shows from then on.
   * @returns a sentence on the state of the fleet.
   */
  async undo(reason: Error): Promise<string> {
    const { spec, countBefore } = this.plan;
    const isAdded = (member: Instance): boolean => indexOf(member) > countBefore;
    const isUndone = !spec.keepOnFailure && !this.#isDone;
    const added = isUndone ? this.#fleet.members.filter(isAdded) : [];
    const isGrowth = isUndone && spec.count > countBefore;
    const count = isGrowth ? countBefore : spec.count;
    try {
      await this.#each(added, (member) => this.#context.instances.destruction.destroy(member));
    } finally {
      await this.#fleet.settleFailed(reason, { ...spec, count });
    }
    if (this.#isDone) {
      return "Everything else is done; apply the fleet again when the member of the cluster is back.";
    }
    return isGrowth
      ? `The new members were undone, and the fleet's count is ${count} as before.`
      : "The other members are unchanged; apply the fleet again, or destroy it.";
  }

  async #replace(replaced: readonly Instance[]): Promise<void> {
    const wanted = { down: replaced, missing: [] };
    const newcomers = reserveMembers(this.#context, this.#fleet, this.plan.spec, wanted);
    await this.#intend([], newcomers);
    await this.#make(newcomers);
  }

  /** Records which members are destroyed and created next, in the fleet's file, which then covers their records. */
  async #intend(
    surplus: readonly Instance[],
    newcomers: readonly Newcomer[],
    changes: Parameters<Fleet["save"]>[0] = {},
  ): Promise<void> {
    const leaving = [...surplus, ...newcomers.flatMap(({ predecessor }) => predecessor ?? [])];
    leaving.forEach((member) => this.#fleet.leaving.add(member));
    leaving.forEach((member) => member.coverByFleet());
    newcomers.forEach(({ instance }) => instance.coverByFleet());
    await this.#fleet.save(changes, this.#context.reservations.ids.settled());
  }

  async #make(newcomers: readonly Newcomer[]): Promise<void> {
    const { countBefore, spec } = this.plan;
    const failures: MemberFailure[] = [];
    const anotherFailed = new MccError("conflict", "Another member of the fleet failed.");
    const giveUp = (): void => newcomers.forEach(({ instance }) => instance.abort.abort(anotherFailed));
    let givingUp: NodeJS.Timeout | undefined;
    const make = async (newcomer: Newcomer): Promise<void> => {
      const { record, abort } = newcomer.instance;
      try {
        await makeMember(this.#context, this.#fleet, newcomer);
      } catch (error) {
        if (abort.signal.reason !== anotherFailed) {
          failures.push({ name: record.name, error });
        }
        const isNeeded = (record.fleet?.index ?? 0) > countBefore && !spec.keepOnFailure;
        givingUp ??= isNeeded ? setTimeout(giveUp, gatheringMs) : undefined;
      }
    };
    const making: Promise<void>[] = [];
    for (const [position, newcomer] of newcomers.entries()) {
      making.push(make(newcomer));
      if (position % begunAtOnce === begunAtOnce - 1) {
        await nextTick();
      }
    }
    await Promise.all(making);
    clearTimeout(givingUp);
    this.#refuse(failures, newcomers.length);
  }

  async #each(members: readonly Instance[], work: (member: Instance) => Promise<void>): Promise<void> {
    const failures = await failuresOf(members, work);
    const isAway = ({ error }: MemberFailure): boolean => MccError.hasCode(error, "unreachable");
    this.#unreachable.push(...failures.filter(isAway));
    this.#refuse(
      failures.filter((failure) => !isAway(failure)),
      members.length,
    );
  }

  #refuse(failures: readonly MemberFailure[], total: number): void {
    this.#fleet.abort.signal.throwIfAborted();
    refuseFailures(failures, total);
  }
}
