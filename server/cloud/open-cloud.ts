import { join } from "node:path";
import type { Logger } from "pino";
import type { Driver } from "../driver/driver";
import { type DriverName, loadDriver, resolveDriverName } from "../driver/load";
import { Cloud } from "./cloud";
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
import { acquireStateLock } from "./state/lock";
import { removeUnfinished } from "./state/unfinished-files";

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
  const lateWrites = new LateWrites(options.log);
  try {
    await refuseNewerFormat(options.stateFolder);
    const identity = await openIdentity(options.stateFolder, damaged, lateWrites);
    await damaged.open();
    await openStateFormat(options.stateFolder, damaged, lateWrites);
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
      ...{ driver, plan, clock, damaged, lateWrites, records: instanceRecords },
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
    lateWrites.close();
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
    requireFolder: damaged && ((path) => damaged.requireFolder(path)),
  });
}

/** What the context is made of, besides what it opens itself. */
interface ContextParts {
  readonly driver: Driver;
  readonly plan: NetworkPlan;
  readonly clock: Clock;
  readonly damaged: DamagedFiles;
  readonly lateWrites: LateWrites;
  readonly records: InstanceRecords;
  readonly lastGrantMs: number | undefined;
}

async function openContext(
  options: CloudOptions,
  { serverId, isNew }: Identity,
  { driver, plan, clock, damaged, lateWrites, records, lastGrantMs }: ContextParts,
): Promise<InstanceContext> {
  const types = await InstanceTypes.load(await driver.types(), options.typesFile);
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
