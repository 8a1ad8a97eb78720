import { MccError } from "../../../protocol/error";
import type { Instance as InstanceResult } from "../../../protocol/methods/instance";
import type { MethodResult, ParsedParameters } from "../../../protocol/methods/method-table";
import type { InstanceUsage } from "../../../protocol/methods/usage";
import { SharedWork } from "../../support/concurrency/shared-work";
import { carries } from "../../support/labels";
import { endsWithin, untilAborted } from "../../support/time-limits";
import { type Caller, localAdmin } from "../access/caller";
import { isOpenTo } from "../access/rights";
import type { KeyChange } from "../keys";
import type { Leased } from "../lifetimes/lifetime";
import { confirmed, isConfirmedAs } from "../ownership/claim";
import type { InstanceCatalog, InstanceTarget } from "./catalog";
import { CommandStreams } from "./commands/command-streams";
import type { InstanceCommands } from "./commands/commands";
import type { InstanceContext } from "./context";
import type { CreationExtras, InstanceAdmission } from "./creation/admission";
import { describeInstance } from "./describe";
import type { InstanceDestruction } from "./destroy";
import type { Instance } from "./instance";
import { rewriteCarriers } from "./keys/rewrite-keys";
import { checkingMemory, noteOutOfMemory } from "./out-of-memory";
import { noteDown, startAgain, startInstance, stopInstance } from "./power";
import { takeOver } from "./take-over";
import { refuseUnreachable } from "./unreachable";
import { extendInstance, onlyDestroyable, updateInstance } from "./update";
import { describeUsage } from "./usage/describe";
import { UsageReadings } from "./usage/readings";
import { type LogReadings, logOf } from "./user-data/log";

export interface InstancesParts {
  readonly catalog: InstanceCatalog;
  readonly admission: InstanceAdmission;
  readonly destruction: InstanceDestruction;
  readonly commands: InstanceCommands;
  /** Returns what ends the members of a fleet; undefined if there is no such fleet. */
  readonly lifetimeOfFleet: (name: string) => Pick<Leased, "ttl" | "lease"> | undefined;
}

/** The life of instances: what the `instance.*` methods do. */
export class Instances {
  readonly catalog: InstanceCatalog;
  readonly admission: InstanceAdmission;
  readonly destruction: InstanceDestruction;
  readonly streams = new CommandStreams();
  readonly #context: InstanceContext;
  readonly #commands: InstanceCommands;
  readonly #lifetimeOfFleet: InstancesParts["lifetimeOfFleet"];
  readonly #logReadings: LogReadings = new SharedWork();
  readonly #usageReadings: UsageReadings;

  constructor(context: InstanceContext, parts: InstancesParts) {
    this.#context = context;
    this.catalog = parts.catalog;
    this.admission = parts.admission;
    this.destruction = parts.destruction;
    this.#commands = parts.commands;
    this.#lifetimeOfFleet = parts.lifetimeOfFleet;
    this.#usageReadings = new UsageReadings(context.driver);
  }

  /**
   * Resolves once the intent is recorded and the instance is pending; with `waitSeconds`, when its creation has ended,
   * or after that time. Without `waitSeconds`, the reason of a failed creation comes from `wait`.
   *
   * @throws MccError also that of a creation which ended within that time, and of which nothing is left.
   */
  async create(
    caller: Caller,
    parameters: ParsedParameters<"instance.create">,
    extras: CreationExtras = {},
  ): Promise<InstanceResult> {
    const instance = await this.admission.begin(caller, parameters, extras);
    if (parameters.waitSeconds > 0) {
      const outcome = { failed: false };
      const ended = instance.ready.catch(() => {
        outcome.failed = true;
      });
      await endsWithin(parameters.waitSeconds * 1000, ended);
      if (outcome.failed && instance.failure === undefined) {
        await instance.ready;
      }
    }
    return this.#describe(caller, instance);
  }

  /**
   * Works as `create` does, but resolves once the engine has created the container, before it runs.
   *
   * @param patienceMs resolves after this time in any case; the instance keeps its id.
   * @throws MccError the engine's refusal too, after everything was undone.
   */
  async createMade(
    caller: Caller,
    parameters: ParsedParameters<"instance.create">,
    extras: CreationExtras,
    patienceMs: number,
  ): Promise<InstanceResult> {
    const instance = await this.admission.begin(caller, parameters, extras);
    await endsWithin(patienceMs, Promise.race([instance.made, instance.ready]));
    return this.#describe(caller, instance);
  }

  async get(caller: Caller, target: ParsedParameters<"instance.get">): Promise<InstanceResult> {
    await this.catalog.refresh(this.#context.driver);
    return this.#describe(caller, this.catalog.get(caller, target));
  }

  async confirm(
    caller: Caller,
    { owner, ...target }: ParsedParameters<"instance.confirm">,
  ): Promise<InstanceResult> {
    const instance = this.catalog.get(caller, target);
    if (!isConfirmedAs(instance.record, owner)) {
      await instance.save((record) => ({ ...record, ...confirmed(owner) }));
    }
    return await this.get(caller, target);
  }

  async list(caller: Caller, { labels = {} }: ParsedParameters<"instance.list">): Promise<InstanceResult[]> {
    await this.catalog.refresh(this.#context.driver);
    return this.catalog
      .all()
      .filter(({ record }) => isOpenTo(caller, record) && carries(record.labels, labels))
      .map((instance) => this.#describe(caller, instance));
  }

  /** Measures what the instances use that the caller may see. */
  async usage(
    caller: Caller,
    { labels = {}, instance: wanted, fleet }: ParsedParameters<"instance.usage">,
  ): Promise<InstanceUsage[]> {
    await this.catalog.refresh(this.#context.driver);
    const shown = this.catalog
      .all()
      .filter(
        ({ id, record }) =>
          isOpenTo(caller, record) &&
          carries(record.labels, labels) &&
          (wanted === undefined || wanted === id || wanted === record.name) &&
          (fleet === undefined || fleet === record.fleet?.name),
      );
    const measured = await this.#usageReadings.of(shown.map(({ id }) => id));
    return shown.map((instance) =>
      describeUsage(caller, instance, this.#context.choices.types, measured.get(instance.id)),
    );
  }

  /**
   * Waits for the end of an instance's creation, for `timeoutSeconds` at most; `ready` tells whether it has ended.
   *
   * @param signal ends the wait. Default: none.
   * @throws MccError the error of a failed creation; `unreachable` for an instance that was ready before; the signal's reason.
   */
  async wait(
    caller: Caller,
    parameters: ParsedParameters<"instance.wait">,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<MethodResult<"instance.wait">> {
    const instance = this.catalog.getAwaited(caller, parameters);
    const ready = await untilAborted(signal, () =>
      endsWithin(parameters.timeoutSeconds * 1000, instance.ready),
    );
    if (ready && this.#context.driver.capabilities.placement) {
      await this.catalog.refresh(this.#context.driver);
      refuseUnreachable(instance);
    }
    return { ready, instance: this.#describe(caller, instance) };
  }

  async update(caller: Caller, parameters: ParsedParameters<"instance.update">): Promise<InstanceResult> {
    return await this.#change(caller, parameters, async (instance) => {
      this.catalog.refuseNamesOfOthers(caller, parameters.name === undefined ? [] : [parameters.name]);
      await updateInstance(this.#context, caller, instance, parameters);
    });
  }

  /** Waits neither for work on the instance nor for the engine, because the TTL could expire during the wait. */
  async extend(
    caller: Caller,
    { ttlSeconds, ...target }: ParsedParameters<"instance.extend">,
  ): Promise<InstanceResult> {
    const instance = this.catalog.get(caller, target);
    await extendInstance(this.#context, instance, ttlSeconds);
    return this.#describe(caller, instance);
  }

  async start(caller: Caller, target: ParsedParameters<"instance.start">): Promise<InstanceResult> {
    return await this.#change(caller, target, (instance) => startInstance(this.#context, instance));
  }

  async stop(caller: Caller, parameters: ParsedParameters<"instance.stop">): Promise<InstanceResult> {
    return await this.#change(caller, parameters, (instance) =>
      stopInstance(this.#context, instance, parameters.graceSeconds),
    );
  }

  async restart(caller: Caller, parameters: ParsedParameters<"instance.restart">): Promise<InstanceResult> {
    return await this.#change(caller, parameters, async (instance) => {
      await stopInstance(this.#context, instance, parameters.graceSeconds);
      await startInstance(this.#context, instance);
    });
  }

  /** @param signal ends the command, for a client that no longer waits for it. Default: none. */
  async exec(
    caller: Caller,
    parameters: ParsedParameters<"instance.exec">,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<MethodResult<"instance.exec">> {
    const instance = await this.#commandable(caller, parameters);
    const { result, ranOut } = await checkingMemory(this.#context, instance, () =>
      this.#commands.run(instance, parameters, signal),
    );
    return { ...result, ...(ranOut ? { outOfMemory: true } : {}) };
  }

  /** Starts a command whose output `streams` reads. */
  async startExec(
    caller: Caller,
    parameters: ParsedParameters<"instance.execStart">,
  ): Promise<MethodResult<"instance.execStart">> {
    const instance = await this.#commandable(caller, parameters);
    this.admission.refuseClosed(caller);
    return this.streams.start(caller, parameters, async (request) => {
      const { result, ranOut } = await checkingMemory(this.#context, instance, () =>
        this.#commands.stream(instance, request),
      );
      return ranOut ? { exitCode: result, outOfMemory: true } : result;
    });
  }

  /** Records what the driver reports: see `Driver.watch`. */
  noteOutOfMemory(id: number, kills: number): void {
    const instance = this.catalog.byId(id);
    if (instance !== undefined) {
      noteOutOfMemory(this.#context, instance, kills);
    }
  }

  /** Tells that a container went down, as the driver reports. */
  noteDown(id: number): void {
    const instance = this.catalog.byId(id);
    if (instance !== undefined) {
      noteDown(this.#context, instance);
    }
  }

  async log(caller: Caller, target: ParsedParameters<"instance.log">): Promise<MethodResult<"instance.log">> {
    return await logOf(this.#context, this.catalog, this.#logReadings, caller, target);
  }

  async takeOver(caller: Caller, parameters: ParsedParameters<"instance.takeOver">): Promise<InstanceResult> {
    this.admission.refuseClosed(caller);
    return this.#describe(caller, await takeOver(this.#context, this.admission, caller, parameters));
  }

  async destroy(
    caller: Caller,
    target: ParsedParameters<"instance.destroy">,
  ): Promise<MethodResult<"instance.destroy">> {
    const instance = this.catalog.find(caller, target);
    if (instance === undefined) {
      return { destroyed: false };
    }
    await this.destruction.destroy(instance);
    return { destroyed: true };
  }

  /** Changes a member of a fleet, in its turn; does nothing if it is gone by then. @throws as `update` does. */
  async updateMember(
    member: Instance,
    changes: Omit<ParsedParameters<"instance.update">, "instance">,
  ): Promise<void> {
    await member.inTurn(async () => {
      if (this.catalog.has(member)) {
        await updateInstance(this.#context, localAdmin, member, { instance: member.id, ...changes });
      }
    });
  }

  /** Writes the keys again into every instance that has the key. */
  async rewriteKeys(change: KeyChange): Promise<void> {
    await rewriteCarriers(this.#context, this.catalog, change);
  }

  /** Returns the ids of the instances that use an image. */
  usersOf(image: string): number[] {
    return this.catalog
      .all()
      .filter((instance) => instance.record.image === image)
      .map((instance) => instance.id);
  }

  /** Returns the instances with a TTL or a lease. */
  leased(): Leased[] {
    return this.catalog
      .all()
      .filter(({ record }) => record.ttl !== undefined || record.lease !== undefined)
      .map((instance) => ({
        uid: instance.record.uid,
        title: `instance ${instance.title}`,
        method: "instance.destroy",
        subject: { instance: instance.id, name: instance.record.name, uid: instance.record.uid },
        ttl: instance.record.ttl,
        lease: instance.record.lease,
        destroy: async (why) => {
          this.#context.events.tell("expired", instance.record, { text: why, quotes: false });
          await this.destruction.destroy(instance, why);
          return 1;
        },
      }));
  }

  /** Starts instances again that ran before the host went down. */
  async startAgain(instances: readonly Instance[]): Promise<void> {
    await startAgain(this.#context, instances);
  }

  /**
   * Waits until creations that are under way have ended, undoes those that are not ready in time, and waits for destroys.
   *
   * @param patienceMs how long creations may still take.
   */
  async close(patienceMs: number): Promise<void> {
    this.admission.close();
    this.destruction.close();
    const commands = endsWithin(patienceMs, this.streams.close());
    const giveUp = setTimeout(() => {
      for (const instance of this.catalog.all()) {
        const message = `Instance ${instance.title} was not created: the daemon was stopped.`;
        instance.abort.abort(new MccError("unavailable", message));
      }
    }, patienceMs);
    // An empty turn comes after all work that was asked for before.
    await Promise.all(this.catalog.all().map((instance) => instance.inTurn(() => Promise.resolve())));
    clearTimeout(giveUp);
    await commands;
  }

  /** Returns the instance. @throws MccError `conflict` if it runs no commands. */
  async #commandable(caller: Caller, target: InstanceTarget): Promise<Instance> {
    await this.catalog.refresh(this.#context.driver);
    const instance = this.catalog.get(caller, target);
    refuseUnreachable(instance);
    if (!instance.runsCommands) {
      throw new MccError(
        "conflict",
        `Instance ${instance.title} is ${instance.status}, and commands run in running instances only.${instance.status === "stopped" ? ` Start it first (mcc start ${instance.id}).` : ""}`,
      );
    }
    return instance;
  }

  /** Runs work on a created instance, in its turn. */
  async #change(
    caller: Caller,
    target: InstanceTarget,
    work: (instance: Instance) => Promise<void>,
  ): Promise<InstanceResult> {
    await this.catalog.refresh(this.#context.driver);
    const instance = this.catalog.get(caller, target);
    return await instance.inTurn(async () => {
      if (!this.catalog.has(instance)) {
        // It was removed while this work waited. If its creation failed, that is the reason.
        await instance.ready;
        throw this.catalog.notFound({ instance: instance.id });
      }
      refuseUnreachable(instance);
      if (instance.status === "destroying" || instance.status === "failed") {
        throw onlyDestroyable(instance);
      }
      await work(instance);
      return this.#describe(caller, instance);
    });
  }

  #describe(caller: Caller, instance: Instance): InstanceResult {
    const { driver, lifetimes } = this.#context;
    const { fleet } = instance.record;
    const lifetime = (fleet && this.#lifetimeOfFleet(fleet.name)) ?? instance.record;
    return {
      ...describeInstance(caller, instance, driver.capabilities.simulated),
      ...lifetimes.reaper.describe(lifetime),
    };
  }
}
