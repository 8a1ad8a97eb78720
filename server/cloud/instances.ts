import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { MccError, messageOf } from "../../protocol/error";
import type { Instance } from "../../protocol/instance";
import type { MethodResult, ParsedParameters } from "../../protocol/method-table";
import { type HostKey, makeHostKey } from "./host-key";
import type { Images } from "./images";
import type { InstanceCatalog, InstanceTarget } from "./instance-catalog";
import type { InstanceContext } from "./instance-context";
import { createInstance, waitUntilReady } from "./instance-creation";
import { InstanceDestruction } from "./instance-destruction";
import { authorizedKeysFile } from "./instance-files";
import type { InstanceRecord } from "./instance-record";
import { updateInstance } from "./instance-update";
import { ManagedInstance } from "./managed-instance";

/** After a start by hand: the same time as `instance.create` has by default. */
const startReadyTimeoutMs = 120_000;

/** What the `openvz.*` methods ask of a creation and `instance.create` does not know. */
export interface CreationExtras {
  /** Lines of authorized_keys that no named key stands for. */
  readonly publicKeys?: readonly string[];
  /** Default: what the parameters say. */
  readonly hostname?: (id: number) => string;
}

/** The life of instances: what the `instance.*` methods do. */
export class Instances {
  readonly #context: InstanceContext;
  readonly #images: Images;
  readonly #destruction: InstanceDestruction;
  #closed = false;

  constructor(
    context: InstanceContext,
    images: Images,
    readonly catalog: InstanceCatalog,
  ) {
    this.#context = context;
    this.#images = images;
    this.#destruction = new InstanceDestruction(context, catalog);
  }

  async create(
    parameters: ParsedParameters<"instance.create">,
    extras: CreationExtras = {},
  ): Promise<Instance> {
    const { clientToken } = parameters;
    if (this.#closed) {
      throw new MccError(
        "unavailable",
        "The daemon is stopping and makes no more instances; start it again.",
      );
    }
    const known = await this.#ofToken(parameters);
    if (known !== undefined) {
      return this.#describe(known);
    }
    await this.#images.requireUsable(parameters.image);
    this.#context.types.get(parameters.type);
    this.#context.keys.publicKeys(parameters.keys);
    this.#context.reservations.setForeign(await this.#context.driver.foreign());
    // From here to the catalog nothing waits, so that of two requests only one gets past.
    if (clientToken !== undefined && this.catalog.byToken(clientToken) !== undefined) {
      return await this.create(parameters, extras);
    }
    const hostKey = makeHostKey();
    const instance = new ManagedInstance(this.#reserve(parameters, extras, hostKey));
    this.catalog.add(instance);
    const recorded = this.#record(instance);
    instance.ready = instance.inTurn(async () => {
      await recorded;
      await this.#bringUp(instance, hostKey, parameters.readyTimeoutSeconds * 1000);
    });
    // Whoever waits for it gets the error; it is no defect that nobody does.
    instance.ready.catch(() => undefined);
    await recorded;
    return this.#describe(instance);
  }

  /**
   * As `create`, but resolves once the engine has made the container, before that is up.
   *
   * @throws MccError also what the engine refused, after everything was undone.
   */
  async createMade(
    parameters: ParsedParameters<"instance.create">,
    extras: CreationExtras,
  ): Promise<Instance> {
    const { id, uid } = await this.create(parameters, extras);
    const instance = this.catalog.get({ instance: id, uid });
    await Promise.race([instance.made, instance.ready]);
    return this.#describe(instance);
  }

  async get(target: ParsedParameters<"instance.get">): Promise<Instance> {
    await this.catalog.refresh(this.#context.driver);
    return this.#describe(this.catalog.get(target));
  }

  async list({ labels = {} }: ParsedParameters<"instance.list">): Promise<Instance[]> {
    await this.catalog.refresh(this.#context.driver);
    const wanted = Object.entries(labels);
    return this.catalog
      .all()
      .filter((instance) => wanted.every(([key, value]) => instance.record.labels[key] === value))
      .map((instance) => this.#describe(instance));
  }

  /** @throws MccError what the create failed with, `timeout` excepted for the wait itself. */
  async wait(parameters: ParsedParameters<"instance.wait">): Promise<MethodResult<"instance.wait">> {
    const instance = this.catalog.getAwaited(parameters);
    const over = new AbortController();
    const ready = await Promise.race([
      instance.ready.then(() => true),
      pause(parameters.timeoutSeconds * 1000, false, { signal: over.signal, ref: false }),
    ]).finally(() => over.abort());
    return { ready, instance: this.#describe(instance) };
  }

  async update(parameters: ParsedParameters<"instance.update">): Promise<Instance> {
    return await this.#change(parameters, (instance) => updateInstance(this.#context, instance, parameters));
  }

  async start(target: ParsedParameters<"instance.start">): Promise<Instance> {
    return await this.#change(target, (instance) => this.#start(instance));
  }

  async stop(parameters: ParsedParameters<"instance.stop">): Promise<Instance> {
    return await this.#change(parameters, (instance) => this.#stop(instance, parameters.graceSeconds));
  }

  async restart(parameters: ParsedParameters<"instance.restart">): Promise<Instance> {
    return await this.#change(parameters, async (instance) => {
      await this.#stop(instance, parameters.graceSeconds);
      await this.#start(instance);
    });
  }

  async exec(parameters: ParsedParameters<"instance.exec">): Promise<MethodResult<"instance.exec">> {
    await this.catalog.refresh(this.#context.driver);
    const instance = this.catalog.get(parameters);
    if (instance.status !== "running") {
      throw new MccError(
        "conflict",
        `Instance ${instance.title} is ${instance.status}, and commands run in running instances only.`,
      );
    }
    const result = await this.#context.limits.guest(() =>
      this.#context.driver.exec(instance.id, {
        command: parameters.command,
        stdin: Buffer.from(parameters.stdin, "base64"),
        timeoutMs: parameters.timeoutSeconds * 1000,
        maxOutputBytes: parameters.maxOutputBytes,
      }),
    );
    return {
      exitCode: result.exitCode,
      stdout: Buffer.from(result.stdout).toString("base64"),
      stderr: Buffer.from(result.stderr).toString("base64"),
      truncated: result.truncated,
    };
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
  async rewriteKeys({ keyName, removed }: { keyName: string; removed: boolean }): Promise<void> {
    const carriers = this.catalog.all().filter((instance) => instance.record.keys.includes(keyName));
    const results = await Promise.allSettled(
      carriers.map((instance) => instance.inTurn(() => this.#rewriteKeysOf(instance, keyName, removed))),
    );
    const missed = carriers.flatMap((instance, index) => {
      const result = results[index];
      return result?.status === "rejected" ? [`${instance.title}: ${messageOf(result.reason)}`] : [];
    });
    if (missed.length > 0) {
      throw new MccError(
        "engine",
        `The key "${keyName}" did not reach instance ${missed.join("; ")}. Try again.`,
      );
    }
  }

  /** Ids of the instances that start from an image. */
  usersOf(image: string): number[] {
    return this.catalog
      .all()
      .filter((instance) => instance.record.image === image)
      .map((instance) => instance.id);
  }

  /** Starts again what ran before the host went down. */
  startAgain(instances: readonly ManagedInstance[]): void {
    for (const instance of instances) {
      instance
        .inTurn(() => this.#start(instance))
        .catch((error: unknown) => {
          this.#context.log.error({ instance: instance.id, err: error }, "could not be started again");
        });
    }
  }

  /**
   * Lets what is being made finish, undoes what is not ready by then, and waits for what is being destroyed.
   *
   * @param patienceMs how long creations may still take.
   */
  async close(patienceMs: number): Promise<void> {
    this.#closed = true;
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

  /** The instance that this token made. One that is on its way out, or failed, is seen off first. */
  async #ofToken(parameters: ParsedParameters<"instance.create">): Promise<ManagedInstance | undefined> {
    const { clientToken } = parameters;
    const instance = clientToken === undefined ? undefined : this.catalog.byToken(clientToken);
    if (instance === undefined) {
      return undefined;
    }
    if (instance.status === "destroying" || instance.status === "failed") {
      await this.#destruction.destroy(instance);
      return await this.#ofToken(parameters);
    }
    refuseOtherProperties(instance, parameters);
    return instance;
  }

  #reserve(
    parameters: ParsedParameters<"instance.create">,
    extras: CreationExtras,
    hostKey: HostKey,
  ): InstanceRecord {
    const reservation = this.#context.reservations.reserve(parameters);
    return {
      phase: "creating",
      ...reservation,
      uid: randomBytes(16).toString("hex"),
      hostname: extras.hostname?.(reservation.id) ?? parameters.hostname ?? reservation.name,
      image: parameters.image,
      type: parameters.type,
      keys: parameters.keys,
      publicKeys: [...(extras.publicKeys ?? [])],
      labels: parameters.labels,
      createdAt: new Date().toISOString(),
      sshHostKey: hostKey.publicKey,
      clientToken: parameters.clientToken,
      waitFor: parameters.waitFor,
      wanted: "running",
    };
  }

  /** Nothing was done yet when this fails, so forgetting is all there is to undo. */
  async #record(instance: ManagedInstance): Promise<void> {
    try {
      await this.#context.reservations.ids.settled();
      await this.#context.records.write(instance.record);
    } catch (error) {
      this.catalog.remove(instance);
      this.#context.reservations.release(instance.record);
      throw new MccError("engine", `The intent could not be recorded: ${messageOf(error)}.`, {
        cause: error,
      });
    }
  }

  async #bringUp(instance: ManagedInstance, hostKey: HostKey, readyTimeoutMs: number): Promise<void> {
    const failure = await createInstance(this.#context, instance, hostKey, readyTimeoutMs);
    if (failure === undefined) {
      this.#context.log.info({ instance: instance.id, name: instance.record.name }, "instance made");
      return;
    }
    this.#context.log.warn({ instance: instance.id, err: failure.error }, "instance not made");
    if (failure.undone) {
      this.catalog.remove(instance, failure.error);
      this.#context.reservations.release(instance.record);
    } else {
      this.#destruction.retry(instance);
    }
    throw failure.error;
  }

  async #start(instance: ManagedInstance): Promise<void> {
    const { driver, limits } = this.#context;
    await this.#want(instance, "running");
    await limits.change(() => driver.start(instance.id));
    instance.running = true;
    await waitUntilReady(this.#context, instance, startReadyTimeoutMs);
  }

  async #stop(instance: ManagedInstance, graceSeconds: number): Promise<void> {
    const { driver, limits } = this.#context;
    await this.#want(instance, "stopped");
    await limits.guest(() => driver.stop(instance.id, graceSeconds * 1000));
    instance.running = false;
  }

  async #want(instance: ManagedInstance, wanted: InstanceRecord["wanted"]): Promise<void> {
    if (instance.record.wanted !== wanted) {
      const record = { ...instance.record, wanted };
      await this.#context.records.write(record);
      instance.record = record;
    }
  }

  async #rewriteKeysOf(instance: ManagedInstance, keyName: string, removed: boolean): Promise<void> {
    if (!this.catalog.has(instance) || instance.record.phase !== "created" || instance.lost) {
      return;
    }
    const keys = instance.record.keys.filter((name) => !removed || name !== keyName);
    const record = { ...instance.record, keys };
    await this.#context.driver.writeFiles(instance.id, [authorizedKeysFile(this.#context.keys, record)]);
    if (removed) {
      await this.#context.records.write(record);
      instance.record = record;
    }
  }

  /** Work on an instance that is there and made. */
  async #change(
    target: InstanceTarget,
    work: (instance: ManagedInstance) => Promise<void>,
  ): Promise<Instance> {
    await this.catalog.refresh(this.#context.driver);
    const instance = this.catalog.get(target);
    return await instance.inTurn(async () => {
      if (!this.catalog.has(instance) || instance.status === "destroying" || instance.status === "failed") {
        throw new MccError(
          "conflict",
          `Instance ${instance.title} is ${instance.status} and can only be destroyed.`,
        );
      }
      await work(instance);
      return this.#describe(instance);
    });
  }

  #describe(instance: ManagedInstance): Instance {
    return instance.describe(this.#context.driver.capabilities.simulated);
  }
}

/** The properties that cannot change in place: with others, the token stands for something else. */
function refuseOtherProperties(
  { record, title }: ManagedInstance,
  asked: ParsedParameters<"instance.create">,
): void {
  const different = (["image", "ipAddress", "hostname"] as const).filter(
    (property) => asked[property] !== undefined && asked[property] !== record[property],
  );
  if (different.length > 0) {
    const details = different.map(
      (property) => `${property} ${record[property]}, not ${String(asked[property])}`,
    );
    const owner = Object.entries(record.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(" ");
    throw new MccError(
      "conflict",
      `This client token made instance ${title} already, with ${details.join(" and ")}${owner === "" ? "" : ` (labels: ${owner})`}; destroy that instance first (instance.destroy ${record.id}), or use another token.`,
    );
  }
}
