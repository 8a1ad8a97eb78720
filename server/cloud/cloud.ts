import { join } from "node:path";
import type { Logger } from "pino";
import type { ClaimedToken } from "../../protocol/methods/claim";
import type { InstanceType } from "../../protocol/methods/instance-type";
import type { MethodResult, ParsedParameters } from "../../protocol/methods/method-table";
import { features, protocolVersion, type ServerInfo } from "../../protocol/methods/server";
import type { Driver, ForeignContainer } from "../driver/driver";
import { type DriverName, loadDriver, resolveDriverName } from "../driver/load";
import { isFileSystemFault } from "../support/files/file-system-fault";
import { fleetReplacementProblems, replacementProblems } from "./creation-check";
import { FleetCatalog } from "./fleets/catalog";
import { Fleets } from "./fleets/fleets";
import { FleetRecords } from "./fleets/record";
import { allRecords, recoverFleets } from "./fleets/recover";
import { Images } from "./images";
import { InstanceTypes } from "./instance-types";
import { InstanceBeginning } from "./instances/admission";
import { InstanceCatalog } from "./instances/catalog";
import { engineLimits, type InstanceContext } from "./instances/context";
import { InstanceDestruction } from "./instances/destroy";
import { withoutDuplicates } from "./instances/duplicate-records";
import { Instances } from "./instances/instances";
import { InstanceRecords } from "./instances/record";
import { recover } from "./instances/recover";
import { startAfterReboot } from "./instances/start-after-reboot";
import { UserDataLogs } from "./instances/user-data/logs";
import { Keys } from "./keys";
import { type Clock, systemClock } from "./lifetimes/clock";
import { Leases } from "./lifetimes/leases";
import type { Leased } from "./lifetimes/lifetime";
import { LeaseClock, lastGrantOf } from "./lifetimes/ttl-clock";
import { LeaseReaper } from "./lifetimes/ttl-reaper";
import { makeUpForLost } from "./lost-records";
import { HostNames } from "./network/host-names";
import { keepNetwork } from "./network/keep-network";
import { hostResolvers } from "./network/resolvers";
import { describeToken } from "./ownership/claim";
import { Claims } from "./ownership/claims";
import { PreflightError } from "./preflight";
import { AddressPool } from "./reservations/address-pool";
import { type AddressRange, type NetworkPlan, planNetwork } from "./reservations/address-range";
import { IdSequence } from "./reservations/id-sequence";
import { Reservations } from "./reservations/reservations";
import { DamagedFiles } from "./state/damaged-files";
import { makeStateFolder } from "./state/folder";
import { openStateFormat, refuseNewerFormat } from "./state/format";
import { type Identity, openIdentity } from "./state/identity";
import { LateWrites } from "./state/late-writes";
import { acquireStateLock, type StateLock } from "./state/lock";
import { removeUnfinished } from "./state/unfinished-files";

/** How long creations that are under way may still take when the daemon is asked to end. */
const closePatienceMs = 10_000;

export interface CloudOptions {
  readonly stateFolder: string;
  readonly range: AddressRange;
  /** Whether instances reach the world outside. */
  readonly nat: boolean;
  /** One of `driverChoices`. */
  readonly driver: string;
  /** The time limit of one engine command. */
  readonly commandTimeoutMs: number;
  /** JSON with instance types of the operator's own. */
  readonly typesFile?: string | undefined;
  readonly version: string;
  readonly log: Logger;
  /** For tests: makes the driver in place of the table of drivers. */
  readonly loadDriver?: typeof loadDriver;
  /** For tests: a clock that they set. */
  readonly clock?: Clock;
}

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

/** What the chosen driver needs and this host lacks. @throws PreflightError when there is anything. */
export async function preflight(options: CloudOptions): Promise<void> {
  const name = resolveDriverName(options.driver);
  // A look at the host, for which it does not matter whose daemon asks.
  const driver = openDriver(name, options, { serverId: "0".repeat(32), plan: planOf(options) });
  const findings = await driver.preflight();
  if (findings.length > 0) {
    throw new PreflightError(name, findings);
  }
}

/**
 * Opens the state folder, clears away what an earlier run left half-done, and is then ready for requests.
 *
 * @throws PreflightError when the driver cannot work here; MccError `conflict` when another daemon has the
 * state folder.
 */
export async function openCloud(options: CloudOptions): Promise<Cloud> {
  const plan = planOf(options);
  await preflight(options);
  await makeStateFolder(options.stateFolder);
  const damaged = new DamagedFiles(options.stateFolder, options.log);
  await damaged.requireFile(join(options.stateFolder, "lock"));
  const lock = await acquireStateLock(options.stateFolder);
  try {
    await refuseNewerFormat(options.stateFolder);
    const identity = await openIdentity(options.stateFolder, damaged);
    await damaged.open();
    await openStateFormat(options.stateFolder, damaged);
    await removeUnfinished(options.stateFolder, damaged);
    const driverName = resolveDriverName(options.driver);
    await damaged.requireFolder(join(options.stateFolder, driverName));
    const driver = openDriver(driverName, options, { serverId: identity.serverId, plan, damaged });
    const clock = options.clock ?? (await systemClock());
    const fleetRecords = new FleetRecords(options.stateFolder, damaged);
    const instanceRecords = new InstanceRecords(options.stateFolder, damaged);
    const fleetFiles = await fleetRecords.all();
    const containers = (await driver.list()).map(({ id }) => id);
    const found = await withoutDuplicates(await allRecords(instanceRecords, fleetFiles, containers), {
      ...{ driver, damaged, records: instanceRecords },
    });
    const context = await openContext(options, identity, {
      ...{ driver, plan, clock, damaged, records: instanceRecords },
      lastGrantMs: lastGrantOf([...found, ...fleetFiles].map(({ ttl }) => ttl)),
    });
    const catalog = new InstanceCatalog(identity.serverId, context.hostNames);
    const records = await makeUpForLost(context, found, fleetFiles);
    if (driver.capabilities.ownsNetwork) {
      await context.lateWrites.attempt("the network", () =>
        keepNetwork(options.stateFolder, plan.network, records, damaged),
      );
    }
    await driver.open();
    await context.hostNames?.clear();
    const stuck = await recover(context, catalog, records);
    context.reservations.resume();
    await context.hostNames?.open(context.lateWrites);
    const images = new Images(driver);
    const destruction = new InstanceDestruction(context, catalog);
    const beginning = new InstanceBeginning(context, catalog, images, destruction);
    const fleetCatalog = new FleetCatalog(identity.serverId);
    const instances = new Instances(context, catalog, {
      ...{ beginning, destruction },
      lifetimeOfFleet: (name) => fleetCatalog.find({ fleet: name })?.record,
    });
    const fleetContext = {
      ...{ ...context, beginning, destruction, instances: catalog },
      ...{ fleetRecords, fleets: fleetCatalog },
    };
    const stuckFleets = await recoverFleets(fleetContext, fleetFiles);
    const fleets = new Fleets(fleetContext);
    driver.watch((id) => options.log.debug({ instance: id }, "the container went down"));
    instances.retryDestroying(stuck);
    fleets.retryDestroying(stuckFleets);
    const cloud = new Cloud(identity, instances, fleets, context.keys, images, {
      ...{ driverName, context, lock, version: options.version },
    });
    const leased = (): Leased[] => [...instances.leased(), ...fleets.leased()];
    context.reaper.start(leased);
    context.leases.start(leased);
    cloud.inBackground(
      "after a reboot",
      startAfterReboot(options.stateFolder, clock.bootId, catalog, instances, {
        ...{ damaged, lateWrites: context.lateWrites },
      }),
    );
    cloud.inBackground(
      "unfinished keys",
      context.keys.finish((change) => instances.rewriteKeys(change)),
    );
    return cloud;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function planOf(options: CloudOptions): NetworkPlan {
  return planNetwork(options.range, options.nat);
}

/** A driver on its own folder in the state folder. */
export function openDriver(
  name: DriverName,
  options: CloudOptions,
  { serverId, plan, damaged }: { serverId: string; plan: NetworkPlan; damaged?: DamagedFiles },
): Driver {
  return (options.loadDriver ?? loadDriver)(name, {
    folder: join(options.stateFolder, name),
    serverId,
    network: plan.network,
    commandTimeoutMs: options.commandTimeoutMs,
    log: options.log,
    reportDamage: (path, reason) => damaged?.report(path, reason),
  });
}

/** What the context is made of, besides what it opens itself. */
interface ContextParts {
  readonly driver: Driver;
  readonly plan: NetworkPlan;
  readonly clock: Clock;
  readonly damaged: DamagedFiles;
  readonly records: InstanceRecords;
  readonly lastGrantMs: number | undefined;
}

async function openContext(
  options: CloudOptions,
  { serverId, isNew }: Identity,
  { driver, plan, clock, damaged, records, lastGrantMs }: ContextParts,
): Promise<InstanceContext> {
  const types = await InstanceTypes.load(await driver.types(), options.typesFile);
  const lateWrites = new LateWrites(options.log);
  const leaseClock = await LeaseClock.open(options.stateFolder, clock, {
    ...{ damaged, lateWrites, lastGrantMs },
  });
  const ids = await IdSequence.open(options.stateFolder, damaged, isNew);
  const claims = new Claims(clock);
  const nameservers = await hostResolvers();
  if (nameservers.length === 0) {
    options.log.warn({}, "this host has no name server that instances could reach; they get none");
  }
  return {
    ...{ serverId, driver, records, lateWrites, types, nameservers, damaged },
    logs: new UserDataLogs((id) => records.folderOf(id), damaged, options.log),
    reservations: new Reservations(ids, new AddressPool(plan.range)),
    keys: await Keys.open(options.stateFolder, serverId, claims, damaged),
    hostNames: driver.capabilities.followsHosts
      ? new HostNames(options.stateFolder, options.log, damaged, driver.capabilities.guestGroup)
      : undefined,
    limits: engineLimits(driver),
    leaseClock,
    claims,
    reaper: new LeaseReaper(leaseClock, options.log),
    leases: new Leases(serverId, clock, options.log),
    log: options.log,
  };
}
