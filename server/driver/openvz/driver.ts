import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { MccError } from "../../../protocol/error";
import type { Image } from "../../../protocol/methods/image";
import type { InstanceType } from "../../../protocol/methods/instance-type";
import type { ArchiveLimits } from "../../support/archives/limits";
import { once } from "../../support/concurrency/once";
import { Turns } from "../../support/concurrency/turns";
import { removeAroundMounts } from "../../support/files/remove-tree";
import type {
  Container,
  ContainerFile,
  ContainerSpec,
  Driver,
  DriverOptions,
  ExecRequest,
  ExecResult,
  Finding,
  ForeignContainer,
  MadeContainer,
  Remains,
  Usage,
} from "../driver";
import { readInside } from "../read-inside";
import { engineAccess } from "./access";
import { Bridge } from "./bridge";
import { commands, type Target } from "./commands/command";
import { EarlierCommands } from "./commands/earlier-commands";
import { Vz } from "./commands/vz";
import { parseMetadata } from "./configuration/metadata";
import { readSamples } from "./configuration/sample-types";
import { Containers } from "./containers/containers";
import { UnfinishedRecords } from "./containers/unfinished-records";
import { ContainerCreation } from "./create";
import { Destruction } from "./destroy";
import { setHostsInRoot } from "./files/system-files";
import { Guest } from "./guest/guest";
import { setHostsInside } from "./guest/hosts";
import { StartSettings } from "./guest/start-settings";
import { addressesOf, type HostPlaces, hostPlaces } from "./host";
import { HostImages } from "./images/host-images";
import { limitOptions } from "./limits";
import { stopContainer } from "./power";
import { preflight } from "./preflight";
import type { EngineAccess } from "./root-work/engine-access";
import type { ImageWork } from "./root-work/root-work";
import { RunRemains } from "./run-remains";
import { TakeOver } from "./take-over";
import { usageOf } from "./usage";
import { DownWatch } from "./watch";

/** Starts mostly wait, and each container has its own lock. */
const changesAtOnce = 32;

/**
 * Creates the OpenVZ driver, which uses `vzctl` and `vzlist` of both generations. A container's description shows that
 * it belongs to this daemon. All others are foreign and never touched.
 *
 * @param places for tests.
 */
export function createOpenvzDriver(
  options: DriverOptions,
  places: HostPlaces = hostPlaces,
  access: EngineAccess = engineAccess(options.log),
): Driver {
  return new OpenvzDriver(options, places, access);
}

class OpenvzDriver implements Driver {
  readonly capabilities = {
    simulated: false,
    importsImages: true,
    ownsNetwork: false,
    isolates: false,
    placement: false,
    changesAtOnce,
  };
  readonly takesOver: TakeOver;
  readonly #vz: Vz;
  readonly #records: UnfinishedRecords;
  readonly #containers: Containers;
  readonly #creation: ContainerCreation;
  readonly #destruction: Destruction;
  readonly #guest: Guest;
  readonly #settings: StartSettings;
  readonly #runRemains: RunRemains;
  readonly #bridge: Bridge;
  readonly #images: HostImages;
  readonly #imageWork: ImageWork;
  readonly #watch: DownWatch;
  /** The turns of starts, and of writes into containers that do not run. */
  readonly #turns = new Turns<number>();
  /** The containers that are being destroyed. */
  readonly #leaving = new Set<number>();
  /** Reads the records of containers that an earlier daemon was creating. */
  readonly #load = once(() => this.#records.load());

  constructor(
    private readonly options: DriverOptions,
    places: HostPlaces,
    private readonly access: EngineAccess,
  ) {
    const { serverId, folder, commandTimeoutMs: timeoutMs, log } = options;
    const { launcher } = access;
    this.#vz = new Vz(places, { timeoutMs, launcher, mark: (id) => earlier.mark(id) });
    const work = access.workOn(this.#vz, join(folder, "imported-images"));
    const earlier = new EarlierCommands(serverId, folder, work.earlier);
    this.#records = new UnfinishedRecords(folder);
    this.#containers = new Containers(serverId, this.#records, {
      list: () => this.#vz.list(),
      variablesOf: async (ctid) => await (await this.#vz.host()).containerVariables(ctid),
    });
    this.#creation = new ContainerCreation(serverId, this.#vz, work, this.#records, this.#containers, log);
    this.#runRemains = new RunRemains(work, log);
    this.#bridge = new Bridge(this.#vz, log);
    this.#destruction = new Destruction(
      serverId,
      this.#vz,
      work,
      this.#records,
      this.#containers,
      earlier,
      this.#runRemains,
      this.#bridge,
    );
    this.#guest = new Guest(timeoutMs, () => this.#vz.execExitCodes(), launcher);
    this.#settings = new StartSettings(this.#vz, this.#guest, this.#creation, log);
    this.takesOver = new TakeOver(serverId, this.#vz, {
      containers: this.#containers,
      creation: this.#creation,
      earlier,
    });
    this.#images = new HostImages(() => this.#vz.imageStore());
    this.#imageWork = work.images;
    this.#watch = new DownWatch(() => this.#containers.look(), log);
  }

  async preflight(): Promise<Finding[]> {
    return await preflight({
      places: this.#vz.places,
      access: this.access,
      askVersion: () => this.#vz.generation(),
      askList: async () => {
        const { source } = await this.#vz.listing();
        this.options.log.info({ source }, "the source of the list of containers was chosen");
        return await this.#vz.list();
      },
    });
  }

  async open(): Promise<void> {
    await mkdir(this.options.folder, { recursive: true, mode: 0o700 });
    await this.#records.removeHalfWritten();
    await this.#load();
    await this.#imageWork.clear();
    if (this.options.network.ipv6 !== undefined) {
      this.options.log.warn(
        {},
        "the openvz driver gives instances no IPv6 addresses (--range6); use vzctl set --ipadd",
      );
    }
    if (this.options.network.nat) {
      this.options.log.warn(
        {},
        "the openvz driver does not set up address translation (--nat); add the rules on the host",
      );
    }
  }

  close(): Promise<void> {
    this.#watch.end();
    return Promise.resolve();
  }

  async purge(): Promise<void> {
    await this.#imageWork.purge();
    await removeAroundMounts(this.options.folder);
  }

  async images(): Promise<Image[]> {
    return await this.#images.list();
  }

  async importImage(name: string, tarballPath: string, limits?: ArchiveLimits): Promise<Image> {
    return await this.#imageWork.import(name, tarballPath, limits);
  }

  async removeImage(name: string): Promise<boolean> {
    return await this.#imageWork.remove(name);
  }

  async types(): Promise<InstanceType[]> {
    return (await readSamples(await this.#vz.host())).map(({ type }) => type);
  }

  async list(): Promise<Container[]> {
    await this.#load();
    const known = this.#watch.known();
    const look = await this.#containers.look();
    this.#watch.see(look, known);
    return [...look.own.values()].map(({ id, running }) => ({ id, state: running ? "running" : "stopped" }));
  }

  async remains(id: number): Promise<Remains> {
    await this.#load();
    const { name, hostname, image, ipAddresses, description } =
      (await this.#containers.look()).own.get(id)?.listed ?? {};
    return { name, hostname, image, ipAddress: ipAddresses?.[0], uid: parseMetadata(description)?.uid };
  }

  async foreign(): Promise<ForeignContainer[]> {
    await this.#load();
    const { foreign } = await this.#containers.look();
    return foreign.map(({ ctid, ...container }) => ({ engineId: ctid, ...container }));
  }

  async create(spec: ContainerSpec): Promise<MadeContainer> {
    await this.#load();
    if (this.#containers.has(spec.id)) {
      throw new MccError("conflict", `The engine already has a container ${spec.id} of this server.`);
    }
    await this.#images.require(spec.image);
    return await this.#creation.create(spec);
  }

  async start(id: number, nameservers?: readonly string[]): Promise<void> {
    const target = await this.#containers.get(id);
    await this.#turns.take(id, async () => {
      await this.#settings.prepare(target, nameservers);
      await this.#startPrepared(target);
    });
    this.#watch.up(id);
    const variables = await (await this.#vz.host()).containerVariables(target.ctid);
    await Promise.all([
      this.#settings.apply(target),
      this.#bridge.settle(target.ctid, addressesOf(variables ?? new Map())),
    ]);
  }

  async #startPrepared(target: Target): Promise<void> {
    try {
      await this.#vz.run(commands.start(target));
    } catch (error) {
      await this.#runRemains.remove(target.ctid);
      throw error;
    }
  }

  async stop(id: number, graceMs: number): Promise<void> {
    const target = await this.#containers.get(id);
    await stopContainer(this.#vz, target, graceMs);
    await this.#runRemains.remove(target.ctid);
    this.#watch.down(id);
  }

  async destroy(id: number): Promise<void> {
    await this.#load();
    this.#leaving.add(id);
    try {
      await this.#destruction.destroy(id);
    } finally {
      this.#leaving.delete(id);
    }
    this.#watch.down(id);
  }

  async setHosts(id: number, lines: readonly string[]): Promise<void> {
    if (this.#leaving.has(id)) {
      return;
    }
    const target = await this.#containers.get(id);
    if (await this.#isRunning(id)) {
      await setHostsInside(this.#guest, target, lines, this.options.commandTimeoutMs);
      return;
    }
    await this.#turns.take(id, async () => {
      if (!this.#leaving.has(id) && !(await this.#isRunning(id))) {
        await this.#creation.inRoot(target, "written", (root) => setHostsInRoot(root, lines));
      }
    });
  }

  /** Does not ask the engine about a container that ran a moment ago. */
  async #isRunning(id: number): Promise<boolean> {
    return this.#watch.known().includes(id) || (await this.#containers.look()).own.get(id)?.running === true;
  }

  async rename(id: number, name: string): Promise<void> {
    const target = await this.#containers.get(id);
    await this.#creation.names.take(name, () => this.#vz.set(target, ["--name", name]));
  }

  async exec(id: number, request: ExecRequest): Promise<ExecResult> {
    return await this.#guest.exec(await this.#containers.get(id), request);
  }

  async writeFiles(id: number, files: readonly ContainerFile[]): Promise<void> {
    const target = await this.#containers.get(id);
    if ((await this.#containers.look()).own.get(id)?.running !== true) {
      await this.#creation.writeFiles(target, files);
      return;
    }
    for (const file of files) {
      await this.#guest.writeFile(target, file);
    }
  }

  async readFile(id: number, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const target = await this.#containers.get(id);
    if ((await this.#containers.look()).own.get(id)?.running !== true) {
      return await this.#creation.inRoot(target, "read", (root) => root.read(path, maxBytes));
    }
    return await readInside(
      (request) => this.#guest.exec(target, request),
      path,
      maxBytes,
      this.options.commandTimeoutMs,
    );
  }

  async resize(id: number, type: InstanceType): Promise<void> {
    const [generation, memory] = [await this.#vz.generation(), await this.#vz.memoryModel()];
    const target = await this.#containers.get(id);
    await this.#vz.set(target, limitOptions(type, { generation, memory }));
  }

  /** The beancounters of OpenVZ count refused memory, and not kills. */
  memoryKills(): Promise<number> {
    return Promise.resolve(0);
  }

  async usage(ids: readonly number[]): Promise<Usage[]> {
    const wanted = new Set(ids);
    const running = this.#watch.known().filter((id) => wanted.has(id));
    const targets = await Promise.all(running.map((id) => this.#containers.get(id)));
    return await usageOf(this.#vz.places, targets);
  }

  watch(onDown: (id: number) => void): void {
    this.#watch.begin(onDown);
  }
}
