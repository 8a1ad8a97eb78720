import { setImmediate as nextTick } from "node:timers/promises";
import { MccError, messageOf } from "../../../protocol/error";
import { because } from "../../support/because";
import type { ManagedInstance } from "../instances/instance";
import { updateInstance } from "../instances/update";
import type { FleetContext } from "./context";
import { failuresOf, type MemberFailure, refuseFailures } from "./failures";
import type { ManagedFleet } from "./fleet";
import { giveBack, makeMember, type Newcomer, reserveMembers } from "./members";
import { changesOf, type FleetPlan, indexOf, planFleet } from "./plan";
import type { FleetLife, FleetRecord, FleetSpec } from "./record";
import { settle, settleFailed } from "./settle";

/** What else fails so soon after the first is told, too, before the rest is given up. */
const gatheringMs = 1000;
/** Members begun at a time, so that the engine is at work on the first while the host keys of others are made. */
const begunAtOnce = 32;

/** What makes of a fleet what it is to be. Everything is reserved before anything is changed. */
export class FleetChange {
  readonly #context: FleetContext;
  readonly #fleet: ManagedFleet;
  readonly #before: FleetRecord;
  readonly #plan: FleetPlan<ManagedInstance>;
  readonly #newcomers: readonly Newcomer[];

  /** @throws MccError `exhausted`, `conflict`, `invalid`: the fleet is then what it was. */
  constructor(
    context: FleetContext,
    fleet: ManagedFleet,
    readonly spec: FleetSpec,
    private readonly lives: FleetLife,
  ) {
    this.#context = context;
    this.#fleet = fleet;
    this.#before = fleet.record;
    this.#plan = planFleet(spec, fleet.members);
    const { down: replaced, missing } = this.#plan;
    this.#newcomers = reserveMembers(context, fleet, spec, { replaced, missing });
  }

  /** How many members the fleet had a place for before; those past it are made all or none. */
  get #countBefore(): number {
    return this.#before.phase === "creating" ? 0 : this.#before.spec.count;
  }

  /** @throws MccError `engine`, `exhausted` or `unavailable`. Nothing was done yet, so that forgetting is all there is to undo. */
  async record(): Promise<void> {
    const phase = this.#before.phase === "creating" ? "creating" : "changing";
    const intended = { ...this.#before, ...this.lives, phase, spec: this.spec, failure: undefined } as const;
    this.#fleet.record = intended;
    try {
      this.#context.records.cover(this.#plan.outdated.map(({ id }) => id));
      await this.#intend(this.#plan.surplus, this.#newcomers);
    } catch (error) {
      giveBack(this.#context, this.#fleet, this.#newcomers);
      this.#fleet.leaving.clear();
      // A ttl that was restarted since stays so.
      const { ttl } = this.#fleet.record === intended ? this.#before : this.#fleet.record;
      const { uid, clientToken, formerTokens, unconfirmed, owner, released } = this.#fleet.record;
      const claim = { uid, clientToken, formerTokens, unconfirmed, owner, released };
      this.#fleet.record = { ...this.#before, ttl, ...claim };
      throw because(error, `The intent could not be recorded: ${messageOf(error)}`, "engine");
    }
  }

  /** Goes on until the fleet is settled. @throws MccError that names the members which failed. */
  async carryOut(): Promise<void> {
    const { surplus, outdated, different } = this.#plan;
    await this.#each(surplus, (member) => this.#context.destruction.destroy(member));
    await this.#each(outdated, (member) => this.#update(member));
    await this.#make(this.#newcomers);
    const atOnce = this.spec.maxUnavailable ?? different.length;
    for (let start = 0; start < different.length; start += atOnce) {
      await this.#replace(different.slice(start, start + atOnce));
    }
    await settle(this.#context, this.#fleet);
  }

  /**
   * Undoes what `carryOut` made that was not there before.
   *
   * @param reason why: what the fleet shows from then on.
   * @returns what has become of the fleet, a sentence.
   */
  async undo(reason: string): Promise<string> {
    const isAdded = (member: ManagedInstance): boolean => indexOf(member) > this.#countBefore;
    const added = this.spec.keepOnFailure ? [] : this.#fleet.members.filter(isAdded);
    const isGrowth = !this.spec.keepOnFailure && this.spec.count > this.#countBefore;
    const count = isGrowth ? this.#countBefore : this.spec.count;
    try {
      await this.#each(added, (member) => this.#context.destruction.destroy(member));
    } finally {
      this.#fleet.record = { ...this.#fleet.record, spec: { ...this.spec, count } };
      await settleFailed(this.#context, this.#fleet, reason);
    }
    return isGrowth
      ? `The new members were undone, and the fleet is to have ${count} as before.`
      : "The others stay as they are; apply the fleet again, or destroy it.";
  }

  async #replace(replaced: readonly ManagedInstance[]): Promise<void> {
    const wanted = { replaced, missing: [] };
    const newcomers = reserveMembers(this.#context, this.#fleet, this.spec, wanted);
    await this.#intend([], newcomers);
    await this.#make(newcomers);
  }

  /** What the fleet's file says of these from now on stands for files of their own. */
  async #intend(surplus: readonly ManagedInstance[], newcomers: readonly Newcomer[]): Promise<void> {
    const { reservations, records, fleetRecords } = this.#context;
    const leaving = [...surplus, ...newcomers.flatMap(({ predecessor }) => predecessor ?? [])];
    leaving.forEach((member) => this.#fleet.leaving.add(member));
    records.cover([...leaving, ...newcomers.map(({ instance }) => instance)].map(({ id }) => id));
    await reservations.ids.settled();
    await fleetRecords.save(this.#fleet);
  }

  async #update(member: ManagedInstance): Promise<void> {
    await member.inTurn(async () => {
      if (this.#context.instances.has(member)) {
        const changes = changesOf(this.spec, member);
        await updateInstance(this.#context, member, { instance: member.id, ...changes });
      }
    });
  }

  async #make(newcomers: readonly Newcomer[]): Promise<void> {
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
        const isNeeded = (record.fleet?.index ?? 0) > this.#countBefore && !this.spec.keepOnFailure;
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

  async #each(
    members: readonly ManagedInstance[],
    work: (member: ManagedInstance) => Promise<void>,
  ): Promise<void> {
    this.#refuse(await failuresOf(members, work), members.length);
  }

  #refuse(failures: readonly MemberFailure[], total: number): void {
    this.#fleet.abort.signal.throwIfAborted();
    refuseFailures(failures, total);
  }
}
