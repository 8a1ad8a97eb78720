import { existsSync } from "node:fs";
import { access } from "node:fs/promises";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { isFolder } from "../../support/files/make-folder";
import type { DriverLog, DriverOptions, Network } from "../driver";
import { Cgroups } from "./cgroups/cgroups";
import { readHierarchies } from "./cgroups/hierarchies";
import { EngineNamespace } from "./commands/engine-namespace";
import { CommandRunner } from "./commands/runner";
import { WaitingShell } from "./commands/waiting-shell";
import { WaitingShells } from "./commands/waiting-shells";
import { type Confinement, readConfinement } from "./configuration/confinement";
import { DiskLimits } from "./disk/limit";
import { type DiskSupport, readDiskSupport } from "./disk/support";
import { HostsFiles } from "./hosts/hosts-files";
import { ImageStore } from "./images/store";
import { Bridges } from "./network/bridges";
import { Cables } from "./network/cables";
import { Chatter } from "./network/chatter";
import { Firewall } from "./network/firewall";
import { AddressOwners } from "./network/isolation/address-owners";
import { NetworkGroups } from "./network/isolation/groups";
import { SetChanges } from "./network/isolation/set-changes";
import { Neighbours } from "./network/neighbours";
import { type ContainerPlace, Place } from "./place";
import { Starter } from "./starter/starter";
import { defaultTimes, type Times } from "./times";

/** The parts that the driver's operations use. */
export interface Engine {
  readonly place: Place;
  readonly network: Network;
  readonly log: DriverLog;
  /** The time limit of an engine command, and for ending a container. */
  readonly timeoutMs: number;
  readonly times: Times;
  readonly runner: CommandRunner;
  readonly bridges: Bridges;
  readonly groups: NetworkGroups;
  readonly cables: Cables;
  readonly setChanges: SetChanges;
  readonly chatter: Chatter;
  readonly firewall: Firewall;
  readonly neighbours: Neighbours;
  readonly hostsFiles: HostsFiles;
  readonly namespace: EngineNamespace;
  readonly starter: Starter;
  readonly images: ImageStore;
  readonly cgroups: Cgroups;
  readonly shells: WaitingShells;
  readonly disk: DiskLimits;
  readonly diskSupport: DiskSupport;
  readonly confinement: Confinement;
  readonly requireFolder: NonNullable<DriverOptions["requireFolder"]>;
}

/** Reads the properties of this host once. Changes nothing. */
export async function readEngine(options: DriverOptions, times: Times = defaultTimes): Promise<Engine> {
  const { folder, serverId, network, log, commandTimeoutMs: timeoutMs } = options;
  const place = new Place(folder, serverId);
  const runner = new CommandRunner(timeoutMs);
  const bridges = new Bridges(place, runner, options.containersPerBridge);
  const groups = new NetworkGroups(place);
  const setChanges = new SetChanges(timeoutMs);
  const owners = new AddressOwners(place, network, groups);
  const chatter = new Chatter(place, network, runner, log, times.settleMs);
  const diskSupport = readDiskSupport(folder);
  const cgroups = new Cgroups(await readHierarchies());
  return {
    place,
    network,
    log,
    timeoutMs,
    times,
    runner,
    bridges,
    groups,
    cables: new Cables(timeoutMs),
    setChanges,
    chatter,
    firewall: new Firewall({ place, network, runner, log, bridges, chatter, groups, owners, setChanges }),
    neighbours: new Neighbours(place, log),
    hostsFiles: new HostsFiles(place),
    namespace: new EngineNamespace(),
    starter: new Starter(place, log, timeoutMs),
    images: new ImageStore(place, runner, timeoutMs * times.unpackTimeoutFactor, log, options.reportDamage),
    cgroups,
    shells: new WaitingShells(
      (container, signal) => WaitingShell.start({ place, cgroups, times, timeoutMs }, container, signal),
      times.shellIdleMs,
    ),
    disk: new DiskLimits(diskSupport, runner),
    diskSupport,
    confinement: await readConfinement(),
    requireFolder: options.requireFolder ?? isFolder,
  };
}

/** Works as `requireContainer` does, without waiting: for work that is much shorter than the wait. */
export function requireContainerNow({ place }: Engine, id: number): ContainerPlace {
  const container = place.container(id);
  if (!existsSync(container.folder)) {
    throw notFound(place, id);
  }
  return container;
}

/** @throws MccError `not-found` if the container does not exist, not even in part. */
export async function requireContainer({ place }: Engine, id: number): Promise<ContainerPlace> {
  const container = place.container(id);
  const found = await unlessErrno(
    access(container.folder).then(() => true),
    "ENOENT",
  );
  if (found === undefined) {
    throw notFound(place, id);
  }
  return container;
}

function notFound({ containers }: Place, id: number): MccError {
  return new MccError("not-found", `Container ${id} does not exist in ${containers}.`);
}
