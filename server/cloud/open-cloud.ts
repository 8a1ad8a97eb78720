import { join } from "node:path";
import type { Logger } from "pino";
import type { Driver, EngineOptions, Finding, Needs, SimulatedMember } from "../driver/driver";
import { type DriverName, loadDriver, resolveDriverName } from "../driver/load";
import { AccessTokens } from "./access/access-tokens";
import { reserveGroupToken } from "./access/group-token";
import { holdingsOf } from "./access/quotas/holding";
import { Quotas } from "./access/quotas/quotas";
import { Cloud } from "./cloud";
import { Events } from "./events/events";
import { FleetCatalog } from "./fleets/catalog";
import { FleetDestruction } from "./fleets/destroy";
import { Fleets } from "./fleets/fleets";
import { FleetRecords } from "./fleets/record";
import { allRecords, recoverFleets } from "./fleets/recover";
import { ImageAccounts } from "./images/image-accounts";
import { Images } from "./images/images";
import { ImageUploads } from "./images/uploads";
import { InstanceTypes } from "./instance-types";
import { InstanceCatalog } from "./instances/catalog";
import { InstanceCommands } from "./instances/commands/commands";
import type { InstanceContext } from "./instances/context";
import { InstanceAdmission } from "./instances/creation/admission";
import { InstanceDestruction } from "./instances/destroy";
import { Instances } from "./instances/instances";
import { withoutDuplicates } from "./instances/records/duplicate-records";
import { InstanceRecords } from "./instances/records/instance-records";
import { recover } from "./instances/recover";
import { startAfterReboot } from "./instances/start-after-reboot";
import { UserDataLogs } from "./instances/user-data/logs";
import { requireClaims, WarmPools } from "./instances/warm/warm-pools";
import { Keys } from "./keys";
import { type Clock, systemClock } from "./lifetimes/clock";
import { KeptLeases } from "./lifetimes/kept-leases";
import { Leases } from "./lifetimes/leases";
import type { Leased } from "./lifetimes/lifetime";
import { lastGrantOf, TtlClock } from "./lifetimes/ttl-clock";
import { TtlReaper } from "./lifetimes/ttl-reaper";
import { type LimitedDriver, limitDriver } from "./limited-driver";
import { makeUpForLost } from "./lost-records";
import { measureDriver } from "./measured-driver";
import { HostNames } from "./network/host-names";
import { keepNetwork } from "./network/keep-network";
import { NameServers } from "./network/name-servers";
import { hostResolvers } from "./network/resolvers";
import { Claims } from "./ownership/claims";
import { MemberWatch } from "./placement/member-watch";
import { Placements } from "./placement/placements";
import { PreflightError } from "./preflight";
import { AddressPool } from "./reservations/address-pool";
import { type AddressRange, type NetworkPlan, planNetwork } from "./reservations/address-range";
import { IdSequence } from "./reservations/id-sequence";
import { type Ipv6Range, ipv6AddressIn, keepIpv6Range, withIpv6 } from "./reservations/ipv6-address";
import { Reservations } from "./reservations/reservations";
import { DamagedFiles } from "./state/damaged-files";
import { makeStateFolder } from "./state/folder";
import { openStateFormat, refuseNewerFormat } from "./state/format";
import { type GroupRole, type Identity, openIdentity } from "./state/identity";
import { LateWrites } from "./state/late-writes";
import { acquireStateLock } from "./state/lock";
import { removeUnfinished } from "./state/unfinished-files";

export interface CloudOptions {
  readonly stateFolder: string;
  readonly range: AddressRange;
  /** Whether instances reach networks outside the host. */
  readonly nat: boolean;
  /** Default: instances have only link-local IPv6 addresses. */
  readonly range6?: Ipv6Range | undefined;
  /** One of `driverChoices`. */
  readonly driver: string;
  /** The time limit of one engine command. */
  readonly commandTimeoutMs: number;
  /** How the server of an engine is reached. Default: that on this host. */
  readonly engine?: EngineOptions | undefined;
  /** A JSON file with the operator's own instance types. */
  readonly typesFile?: string | undefined;
  /** How many instances of each image are started ahead. Default: none. */
  readonly warm?: Readonly<Record<string, number>> | undefined;
  /** The jump host through which clients reach instances by SSH, or `none`. Default: they choose one. */
  readonly sshJump?: string | undefined;
  /** What the members of the host's group may do. Default: `admin`. */
  readonly groupRole?: GroupRole | undefined;
  /** For the simulated driver: the members of its cluster. Default: it has no members. */
  readonly simulatedMembers?: readonly SimulatedMember[] | undefined;
  readonly version: string;
  readonly log: Logger;
  /** For tests: creates the driver, in place of the table of drivers. */
  readonly loadDriver?: (...given: Parameters<typeof loadDriver>) => Driver | Promise<Driver>;
  /** For tests: a clock that they set. */
  readonly clock?: Clock;
}

/**
 * Checks whether this host has everything that the chosen driver needs.
 *
 * @param how `optional`: also checks what improves instances and is not necessary. Default: no.
 * @returns what is missing and optional.
 * @throws PreflightError if something else is missing.
 */
export async function preflight(
  options: CloudOptions,
  how: Pick<Needs, "optional"> = {},
): Promise<Finding[]> {
  const name = resolveDriverName(options.driver);
  // The check does not depend on the daemon's id.
  const driver = await openDriver(name, options, { serverId: "0".repeat(32), plan: planOf(options) });
  const types = await InstanceTypes.load([], options.typesFile);
  const findings = await driver.preflight({ diskLimits: types.limitDisk, ...how });
  const needed = findings.filter(({ optional }) => optional !== true);
  if (needed.length > 0) {
    throw new PreflightError(name, needed);
  }
  return findings;
}

/**
 * Opens the state folder, undoes or finishes what an earlier run left half-done, and is then ready for requests.
 *
 * @throws PreflightError when the driver cannot work here; MccError `conflict` when another daemon uses
 * the state folder.
 */
export async function openCloud(options: CloudOptions): Promise<Cloud> {
  const plan = planOf(options);
  await preflight(options);
  await makeStateFolder(options.stateFolder);
  const damaged = new DamagedFiles(options.stateFolder, options.log);
  await damaged.requireFile(join(options.stateFolder, "lock"));
  const lock = await acquireStateLock(options.stateFolder);
  const lateWrites = new LateWrites(options.log);
  const instanceRecords = new InstanceRecords(options.stateFolder, damaged, options.log);
  try {
    await refuseNewerFormat(options.stateFolder);
    await reserveGroupToken(options.stateFolder, options.groupRole ?? "admin", damaged);
    const identity = await openIdentity(options.stateFolder, damaged, lateWrites);
    await damaged.open();
    await openStateFormat(options.stateFolder, damaged, lateWrites);
    await removeUnfinished(options.stateFolder, damaged);
    const driverName = resolveDriverName(options.driver);
    await damaged.requireFolder(join(options.stateFolder, driverName));
    const bareDriver = measureDriver(
      await openDriver(driverName, options, { serverId: identity.serverId, plan, damaged }),
    );
    const driver = limitDriver(bareDriver);
    if (Object.keys(options.warm ?? {}).length > 0) {
      requireClaims(driver);
    }
    const clock = options.clock ?? (await systemClock());
    const fleetRecords = new FleetRecords(options.stateFolder, damaged);
    const fleetFiles = await fleetRecords.all();
    const containers = (await driver.list()).map(({ id }) => id);
    const found = await withoutDuplicates(await allRecords(instanceRecords, fleetFiles, containers), {
      driver,
      damaged,
      records: instanceRecords,
    });
    const context = await openContext(options, identity, {
      driver,
      plan,
      clock,
      damaged,
      lateWrites,
      records: instanceRecords,
      lastGrantMs: lastGrantOf([...found, ...fleetFiles].map(({ ttl }) => ttl)),
    });
    const { lifetimes, network, choices } = context;
    const catalog = new InstanceCatalog(identity.serverId, network.hostNames, context.events);
    const destruction = new InstanceDestruction(context, catalog);
    const records = await makeUpForLost(context, found, fleetFiles);
    if (driver.capabilities.ownsNetwork) {
      await lateWrites.attempt("the network", () =>
        keepNetwork(options.stateFolder, plan.network, records, damaged),
      );
      keepIpv6Range(plan.network, records);
    }
    await driver.open();
    await network.hostNames?.clear();
    await recover(context, catalog, destruction, records);
    context.reservations.resume();
    const pools = new WarmPools(context);
    await network.hostNames?.open(lateWrites);
    const fleetCatalog = new FleetCatalog(identity.serverId);
    const instances = new Instances(context, {
      catalog,
      destruction,
      admission: new InstanceAdmission(context, catalog, destruction, pools),
      commands: new InstanceCommands(bareDriver),
      lifetimeOfFleet: (name) => fleetCatalog.named(name)?.record,
    });
    const { reservations, quotas, claims, events, log } = context;
    quotas.count(() => holdingsOf(catalog, fleetCatalog));
    const store = { records: fleetRecords, lateWrites };
    const fleetContext = {
      fleets: fleetCatalog,
      store,
      instances,
      driver,
      placements: choices.placements,
      reservations,
      quotas,
      claims,
      lifetimes,
      events,
      log,
    };
    const fleetDestruction = new FleetDestruction(fleetContext);
    catalog.whenReachable(() => fleetDestruction.hurry());
    catalog.whenListed((containers) => pools.noteListed(containers));
    await recoverFleets(fleetContext, fleetDestruction, fleetFiles);
    const fleets = new Fleets(fleetContext, fleetDestruction);
    driver.watch(
      (id) => {
        options.log.debug({ instance: id }, "the container went down");
        pools.noteDown(id);
        instances.noteDown(id);
      },
      (id, kills) => instances.noteOutOfMemory(id, kills),
    );
    const uploads = new ImageUploads(options.stateFolder, choices.images);
    await lateWrites.attempt("the uploads of an earlier daemon", () => uploads.clear());
    const accessTokens = await AccessTokens.open(options.stateFolder, identity, damaged, lateWrites, quotas);
    const cloud = new Cloud(identity, accessTokens, instances, fleets, {
      driverName,
      uploads,
      context,
      lock,
      pools,
      memberWatch: new MemberWatch(driver, () => catalog.refresh(driver), options.log),
      version: options.version,
      sshJump: options.sshJump,
    });
    const leased = (): Leased[] =>
      [...instances.leased(), ...fleets.leased()].map((each) => cloud.ownActs.observed(each));
    Object.entries(options.warm ?? {}).forEach(([image, size]) => pools.set(image, size));
    lifetimes.reaper.start(leased);
    lifetimes.leases.start(leased);
    cloud.inBackground(
      "after a reboot",
      startAfterReboot(options.stateFolder, clock.bootId, instances, { damaged, lateWrites }),
    );
    cloud.inBackground(
      "unfinished keys",
      choices.keys.finish((change) => instances.rewriteKeys(change)),
    );
    return cloud;
  } catch (error) {
    lateWrites.close();
    await instanceRecords.stop();
    await lock.release();
    throw error;
  }
}

function planOf(options: CloudOptions): NetworkPlan {
  return withIpv6(planNetwork(options.range, options.nat), options.range6);
}

/** Opens a driver on its own folder in the state folder. */
export async function openDriver(
  name: DriverName,
  options: CloudOptions,
  { serverId, plan, damaged }: { serverId: string; plan: NetworkPlan; damaged?: DamagedFiles },
): Promise<Driver> {
  return await (options.loadDriver ?? loadDriver)(name, {
    folder: join(options.stateFolder, name),
    serverId,
    network: plan.network,
    commandTimeoutMs: options.commandTimeoutMs,
    log: options.log,
    simulatedMembers: options.simulatedMembers,
    engine: options.engine,
    reportDamage: (path, reason) => damaged?.report(path, reason),
    requireFolder: damaged && ((path) => damaged.requireFolder(path)),
  });
}

/** The parts of the context that `openContext` does not open itself. */
interface ContextParts {
  readonly driver: LimitedDriver;
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
  const ttlClock = await TtlClock.open(options.stateFolder, clock, { damaged, lateWrites, lastGrantMs });
  const keptLeases = await KeptLeases.open(options.stateFolder, damaged, lateWrites);
  const ids = await IdSequence.open(options.stateFolder, damaged, isNew);
  const claims = new Claims(clock);
  const nameServers = new NameServers(options.log, () => hostResolvers(plan.network.ipv6 !== undefined));
  // Tells the operator at the start if there are none.
  await nameServers.current();
  const logs = new UserDataLogs((id) => records.folderOf(id), damaged, options.log);
  const { guestGroup } = driver.capabilities;
  const setHosts = driver.setHosts?.bind(driver);
  const addHosts = driver.addHosts?.bind(driver);
  return {
    driver,
    state: { records, lateWrites, logs, damaged },
    reservations: new Reservations(ids, new AddressPool(plan.range)),
    quotas: await Quotas.open(options.stateFolder, damaged, types),
    claims,
    lifetimes: {
      clock: ttlClock,
      reaper: new TtlReaper(ttlClock, options.log),
      leases: new Leases(serverId, clock, keptLeases, options.log),
    },
    choices: {
      images: new Images(driver, await ImageAccounts.open(options.stateFolder, damaged)),
      types,
      keys: await Keys.open(options.stateFolder, serverId, claims, damaged),
      placements: new Placements(driver, options.log),
    },
    network: {
      nameServers,
      ipv6AddressOf: ipv6AddressesOf(driver, plan),
      hostNames:
        setHosts &&
        new HostNames(options.stateFolder, options.log, damaged, { setHosts, addHosts, guestGroup }),
    },
    events: new Events(),
    log: options.log,
  };
}

/** Returns how an instance gets its IPv6 address: none without a range, or from an engine whose network is the host's. */
function ipv6AddressesOf(
  { capabilities }: Driver,
  { network }: NetworkPlan,
): (ipAddress: string) => string | undefined {
  const { ipv6 } = network;
  return ipv6 === undefined || !(capabilities.ownsNetwork || capabilities.simulated)
    ? () => undefined
    : (ipAddress) => ipv6AddressIn(network, ipv6, ipAddress);
}
