import type { ClaimedToken } from "../../protocol/methods/claim";
import type { InstanceType } from "../../protocol/methods/instance-type";
import type { MethodResult, ParsedParameters } from "../../protocol/methods/method-table";
import { features, protocolVersion, type ServerInfo } from "../../protocol/methods/server";
import type { ForeignContainer } from "../driver/driver";
import { type DriverName } from "../driver/load";
import { isFileSystemFault } from "../support/files/file-system-fault";
import { fleetReplacementProblems, replacementProblems } from "./creation-check";
import type { Fleets } from "./fleets/fleets";
import type { Images } from "./images";
import { type InstanceContext } from "./instances/context";
import type { Instances } from "./instances/instances";
import type { Keys } from "./keys";
import type { Leases } from "./lifetimes/leases";
import { describeToken } from "./ownership/claim";
import type { Claims } from "./ownership/claims";
import type { DamagedFiles } from "./state/damaged-files";
import { type Identity } from "./state/identity";
import { type StateLock } from "./state/lock";

/** How long creations that are under way may still take when the daemon is asked to end. */
const closePatienceMs = 10_000;

/** The domain of one daemon, opened on a state folder: what the methods call. */
export class Cloud {
  readonly #startedAt = new Date().toISOString();
  readonly #background: Promise<void>[] = [];

  constructor(
    readonly identity: Identity,
    readonly instances: Instances,
    readonly fleets: Fleets,
    readonly keys: Keys,
    readonly images: Images,
    private readonly parts: {
      readonly driverName: DriverName;
      readonly context: InstanceContext;
      readonly lock: StateLock;
      readonly version: string;
    },
  ) {}

  get leases(): Leases {
    return this.parts.context.leases;
  }

  get claims(): Claims {
    return this.parts.context.claims;
  }

  /** What client tokens made, or once made, and whose that is. */
  tokens(clientTokens: readonly string[]): ClaimedToken[] {
    const instances = this.instances.catalog.all().map(({ record }) => record);
    const fleets = this.fleets.records();
    const keys = this.keys.records();
    return clientTokens.flatMap((token) => {
      const described = [
        ...instances.map((record) => describeToken("instance", record, token)),
        ...fleets.map((record) => describeToken("fleet", record, token)),
        ...keys.map((record) => describeToken("key", record, token)),
      ].filter((found) => found !== undefined);
      // Who has the token now knows better than those who had it.
      return described.find(({ released }) => !released) ?? described[0] ?? [];
    });
  }

  /** What was found damaged, in the state folder or next to it. */
  get damaged(): DamagedFiles {
    return this.parts.context.damaged;
  }

  types(): InstanceType[] {
    return this.parts.context.types.list();
  }

  /** The containers that others made with this host's engine. They are shown, counted and left alone. */
  async foreignContainers(): Promise<ForeignContainer[]> {
    return await this.parts.context.driver.foreign();
  }

  async checkInstance(asked: ParsedParameters<"instance.check">): Promise<MethodResult<"instance.check">> {
    const replaced = this.instances.catalog.byToken(asked.clientToken);
    const { context } = this.parts;
    return {
      problems:
        replaced === undefined ? [] : await replacementProblems(context, this.images, replaced, asked),
    };
  }

  async checkFleet(asked: ParsedParameters<"fleet.check">): Promise<MethodResult<"fleet.check">> {
    const { context } = this.parts;
    return {
      problems: await fleetReplacementProblems(context, this.fleets.catalog, this.images, asked),
    };
  }

  info(): ServerInfo {
    const { context, driverName, version } = this.parts;
    const { pool } = context.reservations;
    return {
      serverId: this.identity.serverId,
      version,
      protocolVersion,
      driver: driverName,
      simulated: context.driver.capabilities.simulated,
      addressPool: { ...pool.range, size: pool.size, free: pool.free },
      instances: this.instances.catalog.all().length,
      damaged: context.damaged.list(),
      damagedTotal: context.damaged.total,
      startedAt: this.#startedAt,
      features: [...features],
      now: new Date().toISOString(),
    };
  }

  /** For work that requests need not wait for; a failure is logged. */
  inBackground(what: string, work: Promise<void>): void {
    this.#background.push(
      work.catch((error: unknown) =>
        this.parts.context.log.error({ err: error, what }, "work at the start failed"),
      ),
    );
  }

  /**
   * Finishes or undoes what is under way and lets go of the state folder. Instances run on.
   *
   * @throws the first error, after every step was tried.
   */
  async close(): Promise<void> {
    const { context, lock } = this.parts;
    context.reaper.close();
    context.leases.close();
    context.lateWrites.close();
    const steps = [
      () => this.instances.close(closePatienceMs),
      () => this.fleets.close(),
      () => Promise.all(this.#background),
      () => context.reservations.ids.close(),
      () => context.leaseClock.close(),
      () => context.hostNames?.close() ?? Promise.resolve(),
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
