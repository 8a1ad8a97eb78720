import { setTimeout as pause } from "node:timers/promises";
import { MccError, messageOf } from "../../../../protocol/error";
import { SharedWork } from "../../../support/concurrency/shared-work";
import { endsWithin } from "../../../support/time-limits";
import type { DriverLog } from "../../driver";
import type { Api } from "../api/api";
import { ApiError } from "../api/api-error";
import { readProject } from "../api/read-project";
import { type ApiInstance, instanceSchema, instancesSchema, statusCodes } from "../api/types";
import { InstanceCopy, memberOf, stateOf } from "./copy";
import { Events, type InstanceChange } from "./events";
import type { InstanceNames } from "./names";
import { SilentMembers } from "./silent-members";

/** How often the copy is compared with the engine's list, which costs more the more instances there are. */
const listEveryMs = { least: 5_000, most: 60_000, timesDuration: 20 };
/** A list of thousands of instances on several members takes seconds. */
const listMs = 30_000;
/** When the members are probed, because one of them may hold up an answer. */
const patienceMs = 2_000;
/** The engine tells of a stop shortly before it shows it. */
const settleMs = [0, 300, 1_500];
/** How long the daemon's own look at its change may take to begin and end. */
const ownLookMs = 150;

export interface InstanceListener {
  /** An instance that ran does not run any more. */
  readonly onDown: (id: number) => void;
  /** An instance was not known before. */
  readonly onNew: (id: number) => void;
}

/**
 * The instances of the project. Questions are answered from a copy, which events keep: the engine's own list asks each member
 * about each instance.
 */
export class Instances {
  readonly #copy: InstanceCopy;
  readonly #events: Events;
  readonly #lists = new SharedWork<"all", void>();
  readonly #silent: SilentMembers;
  /** The instances that the daemon itself changes at the moment: how many changes, and the look at the last event of them. */
  readonly #changing = new Map<string, { count: number; event: number | undefined }>();
  #timer: NodeJS.Timeout | undefined;
  #isListed = false;
  /** Why the copy may be out of date. */
  #failure: Error | undefined;
  #isOpen = false;
  #listener: InstanceListener | undefined;

  constructor(
    private readonly api: Api,
    readonly names: InstanceNames,
    private readonly log: DriverLog,
  ) {
    this.#copy = new InstanceCopy({
      onDown: (name) => this.#tell("onDown", name),
      onNew: (name) => this.#tell("onNew", name),
    });
    this.#silent = new SilentMembers(api);
    this.#events = new Events(api, {
      onOpen: () => void this.#refresh(),
      onInstance: (change) => void this.#settle(change),
      onLost: (reason) =>
        this.log.debug({ reason }, "the engine's events are lost; they are asked for again"),
    });
  }

  /** Begins to follow events. */
  async open(): Promise<void> {
    await this.list();
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#events.start();
      this.#schedule(listEveryMs.least);
    }
  }

  close(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#events.stop();
  }

  watch(listener: InstanceListener): void {
    this.#listener = listener;
  }

  /**
   * Returns all instances of the project, also those that this daemon did not create.
   *
   * @throws MccError if the engine did not answer of late: an earlier list may be wrong.
   */
  async all(): Promise<ApiInstance[]> {
    if (this.#failure !== undefined && this.#isOpen) {
      throw this.#failure;
    }
    if (!this.#isListed || !this.#isOpen) {
      await this.list();
    }
    return this.#copy.all();
  }

  /**
   * Asks the engine for all instances. If a member holds up the answer, its instances are unreachable, and the others are as the
   * events told.
   *
   * @throws MccError.
   */
  async list(): Promise<void> {
    await this.#lists.run("all", async () => {
      try {
        await this.#listOrProbe();
        this.#failure = undefined;
      } catch (error) {
        this.#failure = error instanceof Error ? error : new Error(String(error));
        throw error;
      }
    });
  }

  async #listOrProbe(): Promise<void> {
    const look = this.#copy.beginLook();
    const listing = this.api
      .get(instancesSchema, "/1.0/instances", {
        query: { recursion: "1" },
        timeoutMs: Math.min(listMs, this.api.timeoutMs),
      })
      .then(async (instances) => {
        await this.#requireProject(instances);
        this.#copy.takeAll(look, instances);
        this.#isListed = true;
      });
    if (this.#isListed && !(await endsWithin(patienceMs, listing))) {
      const silent = await this.#silentMembers();
      if (silent.size > 0) {
        listing.catch((error: unknown) => this.log.debug({ err: error }, "a member held up a list"));
        return;
      }
    }
    await listing;
  }

  /** The engine lists a project that does not exist as an empty one. Before `open`, the project may not exist yet. */
  async #requireProject(instances: readonly ApiInstance[]): Promise<void> {
    if (this.#isOpen && instances.length === 0 && (await readProject(this.api)) === undefined) {
      throw new MccError(
        "engine",
        `The project ${this.api.project} does not exist on the engine any more; restart the daemon, which creates it, or restore it there.`,
      );
    }
  }

  /** Returns the number of instances by member. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const member of this.#copy.all().flatMap((instance) => memberOf(instance) ?? [])) {
      counts.set(member, (counts.get(member) ?? 0) + 1);
    }
    return counts;
  }

  /** Returns the members that did not answer of late, as far as instances show it. */
  silentOfLate(): ReadonlySet<string> {
    const unreachable = this.#copy.all().filter((instance) => stateOf(instance) === "unreachable");
    return new Set(unreachable.flatMap((instance) => memberOf(instance) ?? []));
  }

  /**
   * Waits for work on any of the members.
   *
   * @throws MccError `unreachable` if one of them does not answer, and the work takes long. It can still succeed.
   */
  async unlessSilent<T>(members: ReadonlySet<string>, work: Promise<T>): Promise<T> {
    if (!(await endsWithin(patienceMs, work))) {
      const silent = await this.#silent.among(members);
      if (silent.size > 0) {
        work.catch((error: unknown) => this.log.debug({ err: error }, "a member held up a change"));
        throw new MccError(
          "unreachable",
          `The member ${[...silent].join(", ")} does not answer; start it, or choose another member.`,
        );
      }
    }
    return await work;
  }

  /** Waits for work on the member of an instance. @throws MccError `unreachable` if it does not answer. */
  async reaching<T>(id: number, work: Promise<T>): Promise<T> {
    const name = this.names.of(id);
    const member = memberOf(this.#copy.get(name) ?? { location: "" });
    if (
      member !== undefined &&
      !(await endsWithin(patienceMs, work)) &&
      (await this.#silentMembers()).has(member)
    ) {
      work.catch((error: unknown) => this.log.debug({ err: error }, "a member held up a command"));
      this.requireReachable(id, this.#copy.get(name));
    }
    return await work;
  }

  /** Marks the instances of members that do not answer. @returns those members. */
  async #silentMembers(): Promise<ReadonlySet<string>> {
    const look = this.#copy.beginLook();
    const members = new Set(this.#copy.all().flatMap((instance) => memberOf(instance) ?? []));
    const silent = await this.#silent.among(members);
    for (const instance of this.#copy.all()) {
      if (silent.has(memberOf(instance) ?? "")) {
        this.#copy.takeUnreachable(look, instance.name);
      }
    }
    return silent;
  }

  /**
   * Makes a change after which the state of the instance is read: its events need no other reading.
   *
   * @throws the error of the work.
   */
  async during<T>(id: number, work: () => Promise<T>): Promise<T> {
    const name = this.names.of(id);
    const changing = this.#changing.get(name) ?? { count: 0, event: undefined };
    changing.count += 1;
    this.#changing.set(name, changing);
    try {
      return await work();
    } finally {
      changing.count -= 1;
      if (changing.count === 0) {
        this.#changing.delete(name);
        if (changing.event !== undefined && !this.#copy.isNewerThan(changing.event, name)) {
          void this.#settle({ name, mayHaveStopped: false });
        }
      }
    }
  }

  /**
   * Asks the engine for one instance.
   *
   * @returns undefined only if the engine says that it does not exist; one whose member does not answer has the state
   * `unreachable`.
   */
  async look(id: number): Promise<ApiInstance | undefined> {
    return await this.#lookAt(this.names.of(id));
  }

  /** Like `look`. @throws MccError `not-found`; `unreachable` with the member. */
  async require(id: number): Promise<ApiInstance> {
    return this.requireReachable(id, await this.look(id));
  }

  /** Returns what the copy has of an instance, or what the engine says. @throws MccError as `require`. */
  async known(id: number): Promise<ApiInstance> {
    const known = this.#isOpen ? this.#copy.get(this.names.of(id)) : undefined;
    return known !== undefined && stateOf(known) !== "unreachable" ? known : await this.require(id);
  }

  /** @throws MccError `not-found`; `unreachable` with the member. */
  requireReachable(id: number, instance: ApiInstance | undefined): ApiInstance {
    if (instance === undefined) {
      throw new MccError("not-found", `The engine has no container ${id} (${this.names.of(id)}).`);
    }
    if (stateOf(instance) === "unreachable") {
      throw unreachable(id, instance);
    }
    return instance;
  }

  async #lookAt(name: string): Promise<ApiInstance | undefined> {
    const look = this.#copy.beginLook();
    const looking = this.#askFor(look, name);
    const member = memberOf(this.#copy.get(name) ?? { location: "" });
    if (member !== undefined && !(await endsWithin(patienceMs, looking))) {
      if ((await this.#silentMembers()).has(member)) {
        looking.catch((error: unknown) => this.log.debug({ err: error }, "a member held up an answer"));
        return this.#copy.get(name);
      }
    }
    return await looking;
  }

  async #askFor(look: number, name: string): Promise<ApiInstance | undefined> {
    try {
      const instance = await this.api.get(instanceSchema, `/1.0/instances/${name}`);
      this.#copy.take(look, name, instance);
      return instance;
    } catch (error) {
      if (MccError.hasCode(error, "not-found") && error instanceof ApiError) {
        this.#copy.take(look, name, undefined);
        return undefined;
      }
      if (MccError.hasCode(error, "unreachable")) {
        return await this.#unreachable(look, name, error);
      }
      throw error;
    }
  }

  /** The copy names the member, which the error does not. */
  async #unreachable(look: number, name: string, error: MccError): Promise<ApiInstance> {
    if (this.#copy.get(name) === undefined) {
      await this.list();
    }
    this.#copy.takeUnreachable(look, name);
    const known = this.#copy.get(name);
    if (known === undefined) {
      throw error;
    }
    return { ...known, status: "Error", status_code: statusCodes.error };
  }

  /** Looks at an instance that changed. One that stopped can still show the state of before. */
  async #settle({ name, mayHaveStopped }: InstanceChange): Promise<void> {
    const look = this.#copy.beginLook();
    const changing = this.#changing.get(name);
    if (changing !== undefined && !mayHaveStopped) {
      changing.event = look;
      return;
    }
    try {
      if (!mayHaveStopped) {
        // The daemon looks itself after its own changes.
        await pause(ownLookMs, undefined, { ref: false });
        if (this.#copy.isNewerThan(look, name)) {
          return;
        }
      }
      for (const waitMs of settleMs) {
        await pause(waitMs, undefined, { ref: false });
        const found = this.#isOpen ? await this.#lookAt(name) : undefined;
        if (found === undefined || !mayHaveStopped || stateOf(found) === "stopped") {
          return;
        }
      }
    } catch (error) {
      this.log.debug({ err: error, instance: name }, "an instance that changed cannot be looked up");
    }
  }

  async #refresh(): Promise<void> {
    const begin = performance.now();
    try {
      await this.list();
      // The end of a silence is noticed soon, although it makes lists slow.
      const isAnySilent = this.silentOfLate().size > 0;
      const tookMs = performance.now() - begin;
      this.#schedule(isAnySilent ? listEveryMs.least : tookMs * listEveryMs.timesDuration);
    } catch (error) {
      this.log.warn(
        { reason: messageOf(error) },
        "the engine's instances cannot be listed; it is tried again",
      );
      this.#schedule(listEveryMs.least);
    }
  }

  #schedule(afterMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isOpen) {
      const waitMs = Math.min(listEveryMs.most, Math.max(listEveryMs.least, afterMs));
      this.#timer = setTimeout(() => void this.#refresh(), waitMs).unref();
    }
  }

  #tell(change: keyof InstanceListener, name: string): void {
    const id = this.names.idOf(name);
    if (id !== undefined) {
      this.#listener?.[change](id);
    }
  }
}

/** The error for a container on a member that does not answer. */
export function unreachable(id: number, instance: ApiInstance): MccError {
  const member = memberOf(instance);
  return new MccError(
    "unreachable",
    `Container ${id} is on the member ${member ?? "of the engine"}, which does not answer; it may still run there. Start that member, or remove it from the cluster with --force.`,
  );
}
