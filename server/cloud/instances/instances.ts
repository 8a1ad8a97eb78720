import { MccError } from "../../../protocol/error";
import type { Instance } from "../../../protocol/methods/instance";
import type { MethodResult, ParsedParameters } from "../../../protocol/methods/method-table";
import { SharedWork } from "../../support/concurrency/shared-work";
import { carries } from "../../support/labels";
import { endsWithin, untilAborted } from "../../support/time-limits";
import type { KeyChange } from "../keys";
import type { Leased } from "../lifetimes/lifetime";
import { confirmed, isConfirmedAs } from "../ownership/claim";
import type { CreationExtras, InstanceBeginning } from "./admission";
import type { InstanceCatalog, InstanceTarget } from "./catalog";
import { InstanceCommands } from "./commands";
import type { InstanceContext } from "./context";
import type { InstanceDestruction } from "./destroy";
import type { ManagedInstance } from "./instance";
import { startAgain, startInstance, stopInstance } from "./power";
import { rewriteCarriers } from "./rewrite-keys";
import { takeOver } from "./take-over";
import { extendInstance, onlyDestroyable, updateInstance } from "./update";
import { type LogReadings, logOf } from "./user-data/log";

interface InstancesParts {
  readonly beginning: InstanceBeginning;
  readonly destruction: InstanceDestruction;
  /** What ends the members of a fleet; undefined where there is no such fleet. */
  readonly lifetimeOfFleet: (name: string) => Pick<Leased, "ttl" | "lease"> | undefined;
}

/** The life of instances: what the `instance.*` methods do. */
export class Instances {
  readonly #context: InstanceContext;
  readonly #beginning: InstanceBeginning;
  readonly #destruction: InstanceDestruction;
  readonly #lifetimeOfFleet: InstancesParts["lifetimeOfFleet"];
  readonly #commands: InstanceCommands;
  readonly #logReadings: LogReadings = new SharedWork();

  constructor(
    context: InstanceContext,
    readonly catalog: InstanceCatalog,
    parts: InstancesParts,
  ) {
    this.#context = context;
    this.#beginning = parts.beginning;
    this.#destruction = parts.destruction;
    this.#lifetimeOfFleet = parts.lifetimeOfFleet;
    this.#commands = new InstanceCommands(context.driver);
  }

  /**
   * Resolves once the intent is recorded, and the instance pending; within `waitSeconds` only when its making has
   * ended. What that failed with, `wait` tells.
   */
  async create(
    parameters: ParsedParameters<"instance.create">,
    extras: CreationExtras = {},
  ): Promise<Instance> {
    const instance = await this.#beginning.begin(parameters, extras);
    if (parameters.waitSeconds > 0) {
      const ended = instance.ready.catch(() => undefined);
      await endsWithin(parameters.waitSeconds * 1000, ended);
    }
    return this.#describe(instance);
  }

  /**
   * As `create`, but resolves once the engine has made the container, before that is up, or when it takes longer.
   *
   * @param patienceMs how long that may take before the instance is returned all the same; its id stays what it is.
   * @throws MccError also what the engine refused, after everything was undone.
   */
  async createMade(
    parameters: ParsedParameters<"instance.create">,
    extras: CreationExtras,
    patienceMs: number,
  ): Promise<Instance> {
    const instance = await this.#beginning.begin(parameters, extras);
    await endsWithin(patienceMs, Promise.race([instance.made, instance.ready]));
    return this.#describe(instance);
  }

  async get(target: ParsedParameters<"instance.get">): Promise<Instance> {
    await this.catalog.refresh(this.#context.driver);
    return this.#describe(this.catalog.get(target));
  }

  async confirm({ owner, ...target }: ParsedParameters<"instance.confirm">): Promise<Instance> {
    const instance = this.catalog.get(target);
    if (!isConfirmedAs(instance.record, owner)) {
      await instance.amend(this.#context.records, (record) => ({ ...record, ...confirmed(owner) }));
    }
    return await this.get(target);
  }

  async list({ labels = {} }: ParsedParameters<"instance.list">): Promise<Instance[]> {
    await this.catalog.refresh(this.#context.driver);
    return this.catalog
      .all()
      .filter((instance) => carries(instance.record.labels, labels))
      .map((instance) => this.#describe(instance));
  }

  /**
   * @param signal ends the wait. Default: it never comes.
   * @throws MccError what the create failed with, `timeout` excepted for the wait itself; the signal's reason.
   */
  async wait(
    parameters: ParsedParameters<"instance.wait">,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<MethodResult<"instance.wait">> {
    const instance = this.catalog.getAwaited(parameters);
    const ready = await untilAborted(signal, () =>
      endsWithin(parameters.timeoutSeconds * 1000, instance.ready),
    );
    return { ready, instance: this.#describe(instance) };
  }

  async update(parameters: ParsedParameters<"instance.update">): Promise<Instance> {
    return await this.#change(parameters, (instance) => updateInstance(this.#context, instance, parameters));
  }

  /** Waits for no work on the instance and for no look at the engine, during which the ttl could expire. */
  async extend({ ttlSeconds, ...target }: ParsedParameters<"instance.extend">): Promise<Instance> {
    const instance = this.catalog.get(target);
    await extendInstance(this.#context, instance, ttlSeconds);
    return this.#describe(instance);
  }

  async start(target: ParsedParameters<"instance.start">): Promise<Instance> {
    return await this.#change(target, (instance) => startInstance(this.#context, instance));
  }

  async stop(parameters: ParsedParameters<"instance.stop">): Promise<Instance> {
    return await this.#change(parameters, (instance) =>
      stopInstance(this.#context, instance, parameters.graceSeconds),
    );
  }

  async restart(parameters: ParsedParameters<"instance.restart">): Promise<Instance> {
    return await this.#change(parameters, async (instance) => {
      await stopInstance(this.#context, instance, parameters.graceSeconds);
      await startInstance(this.#context, instance);
    });
  }

  /** @param signal ends the command, as nobody waits for it any more. Default: it never comes. */
  async exec(
    parameters: ParsedParameters<"instance.exec">,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<MethodResult<"instance.exec">> {
    await this.catalog.refresh(this.#context.driver);
    const instance = this.catalog.get(parameters);
    if (!instance.runsCommands) {
      throw new MccError(
        "conflict",
        `Instance ${instance.title} is ${instance.status}, and commands run in running instances only.`,
      );
    }
    return await this.#commands.run(instance, parameters, signal);
  }

  async log(target: ParsedParameters<"instance.log">): Promise<MethodResult<"instance.log">> {
    return await logOf(this.#context, this.catalog, this.#logReadings, target);
  }

  async takeOver(parameters: ParsedParameters<"instance.takeOver">): Promise<Instance> {
    this.#beginning.refuseClosed();
    return this.#describe(await takeOver(this.#context, this.catalog, parameters));
  }

  async destroy(target: ParsedParameters<"instance.destroy">): Promise<MethodResult<"instance.destroy">> {
    const instance = this.catalog.find(target);
    if (instance === undefined) {
      return { destroyed: false };
    }
    await this.#destruction.destroy(instance);
    return { destroyed: true };
  }

  /** Writes the keys anew of every instance that carries the key. */
  async rewriteKeys(change: KeyChange): Promise<void> {
    await rewriteCarriers(this.#context, this.catalog, change);
  }

  /** Ids of the instances that start from an image. */
  usersOf(image: string): number[] {
    return this.catalog
      .all()
      .filter((instance) => instance.record.image === image)
      .map((instance) => instance.id);
  }

  /** Those that the daemon is to destroy by itself some time. */
  leased(): Leased[] {
    return this.catalog
      .all()
      .filter(({ record }) => record.ttl !== undefined || record.lease !== undefined)
      .map((instance) => ({
        uid: instance.record.uid,
        title: `instance ${instance.title}`,
        ttl: instance.record.ttl,
        lease: instance.record.lease,
        destroy: async (why) => {
          await this.#destruction.destroy(instance, why);
          return 1;
        },
      }));
  }

  /** Tries to see off, until it works, what could not be cleared away at the start. */
  retryDestroying(instances: readonly ManagedInstance[]): void {
    instances.forEach((instance) => this.#destruction.retry(instance));
  }

  /** Starts those again that ran before the host went down. */
  async startAgain(instances: readonly ManagedInstance[]): Promise<void> {
    await startAgain(this.#context, instances);
  }

  /**
   * Lets what is being made finish, undoes what is not ready by then, and waits for what is being destroyed.
   *
   * @param patienceMs how long creations may still take.
   */
  async close(patienceMs: number): Promise<void> {
    this.#beginning.close();
    this.#destruction.close();
    const giveUp = setTimeout(() => {
      for (const instance of this.catalog.all()) {
        instance.abort.abort(
          new MccError(
            "unavailable",
            `Instance ${instance.title} was not made: the daemon was stopped meanwhile.`,
          ),
        );
      }
    }, patienceMs);
    // An empty turn comes after all the work that was asked for before.
    await Promise.all(this.catalog.all().map((instance) => instance.inTurn(() => Promise.resolve())));
    clearTimeout(giveUp);
  }

  /** Work on an instance that is there and made. */
  async #change(
    target: InstanceTarget,
    work: (instance: ManagedInstance) => Promise<void>,
  ): Promise<Instance> {
    await this.catalog.refresh(this.#context.driver);
    const instance = this.catalog.get(target);
    return await instance.inTurn(async () => {
      // Gone by its turn: say why, when it is known.
      this.catalog.getAwaited({ instance: instance.id, uid: instance.record.uid });
      if (instance.status === "destroying" || instance.status === "failed") {
        throw onlyDestroyable(instance);
      }
      await work(instance);
      return this.#describe(instance);
    });
  }

  #describe(instance: ManagedInstance): Instance {
    const { driver, reaper } = this.#context;
    const { fleet } = instance.record;
    const lifetime = (fleet && this.#lifetimeOfFleet(fleet.name)) ?? instance.record;
    return { ...instance.describe(driver.capabilities.simulated), ...reaper.describe(lifetime) };
  }
}
