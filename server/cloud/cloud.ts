import type { InstanceType } from "../../protocol/methods/instance-type";
import type { Member } from "../../protocol/methods/member";
import type { MethodResult, ParsedParameters } from "../../protocol/methods/method-table";
import { type Feature, features, protocolVersion, type ServerInfo } from "../../protocol/methods/server";
import type { ClaimedToken } from "../../protocol/methods/values/claim";
import type { ForeignContainer } from "../driver/driver";
import { type DriverName } from "../driver/load";
import { isFileSystemFault } from "../support/files/file-system-fault";
import { endsWithin } from "../support/time-limits";
import type { AccessTokens } from "./access/access-tokens";
import type { Accounted } from "./access/account";
import type { Caller } from "./access/caller";
import { isOf, isOpenTo } from "./access/rights";
import { fleetReplacementProblems, replacementProblems } from "./creation-check";
import type { Events } from "./events/events";
import type { Fleets } from "./fleets/fleets";
import type { Images } from "./images/images";
import type { ImageUploads } from "./images/uploads";
import { type InstanceContext } from "./instances/context";
import type { Instances } from "./instances/instances";
import { requireClaims, type WarmPools } from "./instances/warm/warm-pools";
import type { Keys } from "./keys";
import type { Leases } from "./lifetimes/leases";
import { OwnActs } from "./lifetimes/own-acts";
import { describeToken } from "./ownership/claim";
import type { Claims } from "./ownership/claims";
import type { MemberWatch } from "./placement/member-watch";
import type { DamagedFiles } from "./state/damaged-files";
import { type Identity } from "./state/identity";
import { type StateLock } from "./state/lock";

/** How long creations that are under way may still take when the daemon ends. */
const closePatienceMs = 10_000;
/** How long `server.info`, with which each client begins, waits for the members of the cluster. */
const membersPatienceMs = 2000;

/** The domain of one daemon, opened on a state folder: the methods call it. */
export class Cloud {
  readonly #startedAt = new Date().toISOString();
  readonly #background: Promise<void>[] = [];

  constructor(
    readonly identity: Identity,
    readonly accessTokens: AccessTokens,
    readonly instances: Instances,
    readonly fleets: Fleets,
    private readonly parts: {
      readonly driverName: DriverName;
      readonly uploads: ImageUploads;
      readonly context: InstanceContext;
      readonly lock: StateLock;
      readonly pools: WarmPools;
      readonly memberWatch: MemberWatch;
      readonly version: string;
      readonly sshJump: string | undefined;
    },
  ) {}

  get keys(): Keys {
    return this.parts.context.choices.keys;
  }

  get images(): Images {
    return this.parts.context.choices.images;
  }

  /** The instances that are started ahead. */
  get pools(): WarmPools {
    return this.parts.pools;
  }

  get uploads(): ImageUploads {
    return this.parts.uploads;
  }

  /** What the daemon destroys without a client. */
  readonly ownActs = new OwnActs();

  get leases(): Leases {
    return this.parts.context.lifetimes.leases;
  }

  get events(): Events {
    return this.parts.context.events;
  }

  get claims(): Claims {
    return this.parts.context.claims;
  }

  /**
   * Returns what client tokens of the caller's account created, or those of any account for a reader; also if it has another
   * owner by now, with the owners. Each account has client tokens of its own.
   */
  tokens(caller: Caller, clientTokens: readonly string[]): ClaimedToken[] {
    const own = <T extends Accounted>(records: readonly T[]): T[] =>
      records.filter((record) => caller.role === "reader" || isOf(caller, record));
    const instances = own(this.instances.catalog.all().map(({ record }) => record));
    const fleets = own(this.fleets.records());
    const keys = own(this.keys.records());
    return clientTokens.flatMap((token) => {
      const described = [
        ...instances.map((record) => describeToken("instance", record, token)),
        ...fleets.map((record) => describeToken("fleet", record, token)),
        ...keys.map((record) => describeToken("key", record, token)),
      ].filter((found) => found !== undefined);
      // The present holder of the token comes before earlier ones.
      return described.find(({ released }) => !released) ?? described[0] ?? [];
    });
  }

  /** The damaged files that were found, in the state folder or next to it. */
  get damaged(): DamagedFiles {
    return this.parts.context.state.damaged;
  }

  types(): InstanceType[] {
    return this.parts.context.choices.types.list();
  }

  /** Returns the containers that other programs created with this host's engine. The daemon never changes them. */
  async foreignContainers(): Promise<ForeignContainer[]> {
    return await this.parts.context.driver.foreign();
  }

  async checkInstance(
    caller: Caller,
    asked: ParsedParameters<"instance.check">,
  ): Promise<MethodResult<"instance.check">> {
    const replaced = this.instances.catalog.byToken(caller, asked.clientToken);
    const { context } = this.parts;
    return {
      problems: replaced === undefined ? [] : await replacementProblems(context, caller, replaced, asked),
    };
  }

  async checkFleet(
    caller: Caller,
    asked: ParsedParameters<"fleet.check">,
  ): Promise<MethodResult<"fleet.check">> {
    const { context } = this.parts;
    return {
      problems: await fleetReplacementProblems(context, caller, this.fleets.catalog, asked),
    };
  }

  /** Asks the engine for the members of the cluster, for a short time: `info` then has what is known. */
  async lookAtMembers(): Promise<void> {
    await endsWithin(membersPatienceMs, this.parts.context.choices.placements.lookIfPossible());
  }

  /** @throws MccError `invalid` for a driver whose members are real; `not-found`. */
  async simulateMember(
    caller: Caller,
    { member, state }: ParsedParameters<"member.simulate">,
  ): Promise<MethodResult<"member.simulate">> {
    await this.parts.context.choices.placements.simulate(member, state);
    return this.#members(caller) ?? [];
  }

  /** A `user` learns nothing about other accounts: it counts only its own instances, and sees no files of the host. */
  info(caller: Caller): ServerInfo {
    const { account, role } = caller;
    const seesHost = role !== "user";
    const { context, driverName, version, sshJump } = this.parts;
    const members = this.#members(caller);
    const { pool } = context.reservations;
    const quota = context.quotas.of(account);
    const network = context.driver.networkHealth?.();
    return {
      serverId: this.identity.serverId,
      version,
      protocolVersion,
      driver: driverName,
      simulated: context.driver.capabilities.simulated,
      addressPool: { ...pool.range, size: pool.size, free: pool.free },
      instances: this.instances.catalog.all().filter(({ record }) => isOpenTo(caller, record)).length,
      damaged: seesHost ? this.damaged.list() : [],
      damagedTotal: seesHost ? this.damaged.total : 0,
      ...(network && { network: { ...network, problems: [...network.problems] } }),
      ...(seesHost && { pools: this.pools.list() }),
      ...(members && { members }),
      ...(sshJump !== undefined && { sshJump }),
      caller: { account, role },
      ...(quota && { quota }),
      startedAt: this.#startedAt,
      features: features.filter((name) => this.#hasFeature(name)),
      now: new Date().toISOString(),
    };
  }

  /** Counts the instances that the caller may see, and not the engine's containers. */
  #members(caller: Caller): Member[] | undefined {
    const counts = new Map<string, number>();
    for (const { record } of this.instances.catalog.all()) {
      if (record.member !== undefined && isOpenTo(caller, record)) {
        counts.set(record.member, (counts.get(record.member) ?? 0) + 1);
      }
    }
    return this.parts.context.choices.placements.known?.map((member) => {
      const { name, state, groups } = member;
      const { processors, memoryBytes, freeMemoryBytes, diskBytes, freeDiskBytes } = member;
      return {
        ...{ name, state, groups: [...groups], instances: counts.get(name) ?? 0 },
        ...(processors !== undefined && { processors }),
        ...(memoryBytes !== undefined && { memoryBytes }),
        ...(freeMemoryBytes !== undefined && { freeMemoryBytes }),
        ...(diskBytes !== undefined && { diskBytes }),
        ...(freeDiskBytes !== undefined && { freeDiskBytes }),
      };
    });
  }

  #hasFeature(name: Feature): boolean {
    const { driver } = this.parts.context;
    const conditions: Partial<Record<Feature, boolean>> = {
      isolate: driver.capabilities.isolates,
      pools: driver.claims !== undefined,
      placement: driver.capabilities.placement,
      simulatedMembers: driver.simulateMember !== undefined,
    };
    return conditions[name] ?? true;
  }

  /**
   * Changes how many instances of an image are started ahead.
   *
   * @throws MccError `not-found` for an image that does not exist; `invalid` with a driver that cannot do that.
   */
  async setPool(
    caller: Caller,
    { image, size }: ParsedParameters<"pool.set">,
  ): Promise<MethodResult<"pool.set">> {
    requireClaims(this.parts.context.driver);
    if (size > 0) {
      await this.images.requireUsable(caller, image);
    }
    this.pools.set(image, size);
    return this.pools.list().find((pool) => pool.image === image) ?? { image, size: 0, ready: 0 };
  }

  /** Keeps instances from a TCP port of this host, where the driver can. */
  async closePort(port: number): Promise<void> {
    await this.parts.context.driver.closePort?.(port);
  }

  /** Runs work that requests need not wait for; logs a failure. */
  inBackground(what: string, work: Promise<void>): void {
    this.#background.push(
      work.catch((error: unknown) =>
        this.parts.context.log.error({ err: error, what }, "work at the start failed"),
      ),
    );
  }

  /**
   * Finishes or undoes what is under way and releases the state folder. Instances keep running.
   *
   * @throws the first error, after every step was tried.
   */
  async close(): Promise<void> {
    const { context, lock } = this.parts;
    const { lifetimes, state, network } = context;
    lifetimes.reaper.close();
    lifetimes.leases.close();
    state.lateWrites.close();
    const steps = [
      () => Promise.all([this.pools.close(), this.instances.close(closePatienceMs)]),
      () => this.parts.memberWatch.close(),
      () => this.fleets.close(),
      () => Promise.all(this.#background),
      () => this.uploads.close(),
      () => state.records.close(),
      () => context.reservations.ids.close(),
      () => lifetimes.clock.close(),
      () => network.hostNames?.close() ?? Promise.resolve(),
      () => context.driver.close(),
      () => lock.release(),
    ];
    const errors: unknown[] = [];
    for (const step of steps) {
      await step().catch((error: unknown) => {
        if (isFileSystemFault(error)) {
          context.log.warn({ err: error }, "not written at the end; the next daemon manages without it");
        } else {
          errors.push(error);
        }
      });
    }
    if (errors.length > 0) {
      throw errors[0];
    }
  }
}
