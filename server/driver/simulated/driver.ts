import { MccError } from "../../../protocol/error";
import type { Image } from "../../../protocol/methods/image";
import type {
  Claims,
  Container,
  ContainerFile,
  ContainerSpec,
  Driver,
  DriverOptions,
  ExecRequest,
  ExecResult,
  MadeContainer,
  Member,
  Remains,
  Usage,
} from "../driver";
import type { SimulatedContainer } from "./container";
import { runSimulatedCommand } from "./exec";
import { SimulatedMembers } from "./members";
import { simulatedUsage } from "./usage";

const stockImage: Image = { name: "micro", sizeBytes: 0, createdAt: "2012-01-01T00:00:00.000Z" };

/** Creates the simulated driver, which keeps containers in memory: for trials without root, and for tests. */
export function createSimulatedDriver(options: DriverOptions): Driver {
  return new SimulatedDriver(options);
}

class SimulatedDriver implements Driver {
  readonly capabilities;
  readonly members: Driver["members"];
  readonly simulateMember: Driver["simulateMember"];
  readonly claims: Claims = {
    accepts: () => true,
    prepare: async (id) => {
      await this.#get(id);
    },
    claim: async (id, { files, ...as }) => {
      const container = await this.#get(id);
      if (!container.running || container.spec.unclaimed !== true) {
        throw new MccError("conflict", `The simulated container ${id} cannot be claimed.`);
      }
      container.spec = { ...container.spec, ...as, unclaimed: undefined };
      container.type = as.type;
      filesByPath(files).forEach((content, path) => container.files.set(path, content));
    },
  };
  readonly #containers = new Map<number, SimulatedContainer>();
  readonly #images = new Map<string, Image>([[stockImage.name, stockImage]]);
  readonly #members: SimulatedMembers;
  #onDown: (id: number) => void = () => undefined;

  constructor(private readonly options: DriverOptions) {
    this.#members = new SimulatedMembers(options.simulatedMembers ?? []);
    const placement = this.#members.exist;
    this.capabilities = {
      simulated: true,
      importsImages: true,
      ownsNetwork: false,
      // There is no network.
      isolates: true,
      placement,
      changesAtOnce: 8,
    };
    this.members = placement ? () => Promise.resolve(this.#members.list(this.#counts())) : undefined;
    this.simulateMember = placement ? (name, state) => this.#setMember(name, state) : undefined;
  }

  preflight(): Promise<[]> {
    return Promise.resolve([]);
  }

  open(): Promise<void> {
    this.options.log.warn({}, "simulated driver: instances exist only in this process's memory, without SSH");
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  purge(): Promise<void> {
    this.#containers.clear();
    return Promise.resolve();
  }

  images(): Promise<Image[]> {
    return Promise.resolve([...this.#images.values()]);
  }

  importImage(name: string): Promise<Image> {
    const image = { name, sizeBytes: 0, createdAt: new Date().toISOString() };
    this.#images.set(name, image);
    return Promise.resolve(image);
  }

  removeImage(name: string): Promise<boolean> {
    return Promise.resolve(this.#images.delete(name));
  }

  types(): Promise<[]> {
    return Promise.resolve([]);
  }

  list(): Promise<Container[]> {
    return Promise.resolve(
      [...this.#containers.values()].map(({ spec, running, member }) => ({
        id: spec.id,
        state: this.#members.isOffline(member) ? "unreachable" : running ? "running" : "stopped",
        ...(member === undefined ? {} : { member }),
      })),
    );
  }

  remains(id: number): Promise<Remains> {
    const { uid, name, hostname, image, ipAddress } = this.#containers.get(id)?.spec ?? {};
    return Promise.resolve({ uid, name, hostname, image, ipAddress });
  }

  foreign(): Promise<[]> {
    return Promise.resolve([]);
  }

  async create(spec: ContainerSpec): Promise<MadeContainer> {
    await Promise.resolve();
    if (!this.#images.has(spec.image)) {
      throw new MccError("not-found", `The simulated engine has no image "${spec.image}".`);
    }
    if (this.#containers.has(spec.id)) {
      throw new MccError("conflict", `The simulated engine already has a container ${spec.id}.`);
    }
    const member = this.#members.choose(spec.placement ?? {}, () => this.#counts());
    const files = filesByPath(spec.files);
    this.#containers.set(spec.id, {
      spec,
      type: spec.type,
      running: false,
      startedAtMs: 0,
      down: new AbortController(),
      files,
      member,
    });
    return { hasSshServer: true, ...(member === undefined ? {} : { member }) };
  }

  async start(id: number): Promise<void> {
    const container = await this.#get(id);
    if (!container.running) {
      container.running = true;
      container.startedAtMs = Date.now();
      container.down = new AbortController();
    }
  }

  async stop(id: number): Promise<void> {
    const container = await this.#get(id);
    if (container.running) {
      container.running = false;
      endShells(container);
      this.#onDown(id);
    }
  }

  async destroy(id: number): Promise<void> {
    await Promise.resolve();
    const container = this.#containers.get(id);
    this.#members.requireAnswer(container?.member);
    this.#remove(id);
  }

  async rename(id: number): Promise<void> {
    await this.#get(id);
  }

  async exec(id: number, request: ExecRequest): Promise<ExecResult> {
    const container = await this.#get(id);
    if (!container.running) {
      throw new MccError("conflict", `The simulated container ${id} is not running.`);
    }
    return await runSimulatedCommand(container, request, () => this.stop(id));
  }

  async writeFiles(id: number, files: readonly ContainerFile[]): Promise<void> {
    const container = await this.#get(id);
    filesByPath(files).forEach((content, path) => container.files.set(path, content));
  }

  async readFile(id: number, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return (await this.#get(id)).files.get(path)?.slice(0, maxBytes);
  }

  async resize(id: number, type: ContainerSpec["type"]): Promise<void> {
    (await this.#get(id)).type = type;
  }

  /** A simulated container has no processes. */
  memoryKills(): Promise<number> {
    return Promise.resolve(0);
  }

  usage(ids: readonly number[]): Promise<Usage[]> {
    const atMs = Date.now();
    const reachable = ids.flatMap((id) => this.#containers.get(id) ?? []);
    return Promise.resolve(
      reachable
        .filter(({ running, member }) => running && !this.#members.isOffline(member))
        .map((container) => simulatedUsage(container, atMs)),
    );
  }

  watch(onDown: (id: number) => void): void {
    this.#onDown = onDown;
  }

  #remove(id: number): void {
    const container = this.#containers.get(id);
    this.#containers.delete(id);
    if (container?.running === true) {
      endShells(container);
      this.#onDown(id);
    }
  }

  async #setMember(name: string, state: Member["state"] | "removed"): Promise<void> {
    await Promise.resolve();
    this.#members.set(name, state);
    if (state === "removed") {
      [...this.#containers].filter(([, { member }]) => member === name).forEach(([id]) => this.#remove(id));
    }
  }

  /** Returns how many containers are on each member. */
  #counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { member } of this.#containers.values()) {
      counts.set(member ?? "", (counts.get(member ?? "") ?? 0) + 1);
    }
    return counts;
  }

  async #get(id: number): Promise<SimulatedContainer> {
    await Promise.resolve();
    const container = this.#containers.get(id);
    if (container === undefined) {
      throw new MccError("not-found", `The simulated engine has no container ${id}.`);
    }
    this.#members.requireAnswer(container.member);
    return container;
  }
}

function endShells({ spec, down }: SimulatedContainer): void {
  down.abort(new MccError("conflict", `The simulated container ${spec.id} is not running any more.`));
}

function filesByPath(files: readonly ContainerFile[]): Map<string, Uint8Array> {
  return new Map(files.map(({ path, content }) => [path, content]));
}
