import type { Image } from "../../../protocol/methods/image";
import type { InstanceType } from "../../../protocol/methods/instance-type";
import type { ArchiveLimits } from "../../support/archives/limits";
import { once } from "../../support/concurrency/once";
import { Turns } from "../../support/concurrency/turns";
import type {
  Container,
  ContainerFile,
  ContainerSpec,
  Driver,
  DriverOptions,
  ExecRequest,
  ExecResult,
  Finding,
  MadeContainer,
  Needs,
  NetworkHealth,
  Remains,
  Usage,
} from "../driver";
import { asEngineError } from "../engine-error";
import { payloadPrefix } from "./cgroups/cgroups";
import { memoryKills } from "./cgroups/memory-kills";
import { LxcClaims } from "./claims/claims";
import { restoreClaims } from "./claims/restore-claim";
import { containerRoot } from "./commands/command";
import { endEarlierCommands } from "./commands/earlier-commands";
import { createContainer } from "./create";
import { destroyContainer } from "./destroy";
import { type Engine, readEngine, requireContainer, requireContainerNow } from "./engine";
import { attach } from "./exec";
import { readFile, writeFiles } from "./files";
import { closeHost, openHost, purgeHost } from "./host";
import { setHosts } from "./hosts/set-hosts";
import { listContainers } from "./list";
import { NetworkWatch } from "./network/network-watch";
import { startContainer, stopContainer } from "./power";
import { preflight } from "./preflight";
import { remainsOf } from "./remains";
import { resizeContainer } from "./resize";
import { defaultTimes, type Times } from "./times";
import { usageOf } from "./usage";
import { Watch } from "./watch";

/** More do not make starts faster. */
const changesAtOnce = 8;
/** Most of a destroy is waiting: for the kernel to end the processes, and then to remove the cgroups. */
const destroysAtOnce = 64;

/**
 * Creates the driver of LXC: unprivileged containers, each with a layer over an unpacked image, on their own bridge.
 */
export function createLxcDriver(options: DriverOptions, times: Times = defaultTimes): Driver {
  return new LxcDriver(options, times);
}

class LxcDriver implements Driver {
  readonly capabilities = {
    simulated: false,
    importsImages: true,
    ownsNetwork: true,
    isolates: true,
    placement: false,
    guestGroup: containerRoot,
    changesAtOnce,
    destroysAtOnce,
  };
  readonly #options: DriverOptions;
  readonly #times: Times;
  #read: Promise<Engine> | undefined;
  readonly #engineAlone = once(async () => {
    const engine = await this.#engine();
    await endEarlierCommands(engine);
    return engine;
  });
  /** What changes one container happens one after another. */
  readonly #turns = new Turns<number>();
  readonly claims = new LxcClaims((work) => this.#change(work), this.#turns);
  readonly #destroyed = new Set<number>();
  readonly #networkWatch: NetworkWatch;
  #watch: Watch | undefined;

  constructor(options: DriverOptions, times: Times) {
    this.#options = options;
    this.#times = times;
    this.#networkWatch = new NetworkWatch(times.networkLookEveryMs);
  }

  async preflight(needs: Needs = {}): Promise<Finding[]> {
    return await preflight({ folder: this.#options.folder, ...needs });
  }

  async open(): Promise<void> {
    await this.#change(async (engine) => {
      await openHost(engine);
      await restoreClaims(engine);
      await this.#networkWatch.start(engine);
    });
  }

  async closePort(port: number): Promise<void> {
    await this.#change(({ firewall }) => firewall.closePort(port));
  }

  networkHealth(): NetworkHealth {
    return this.#networkWatch.health();
  }

  async close(): Promise<void> {
    if (this.#read === undefined) {
      return;
    }
    await this.#look(async (engine) => {
      this.#watch?.stop();
      this.claims.close();
      await this.#networkWatch.stop();
      await closeHost(engine);
    });
  }

  async purge(): Promise<void> {
    await this.#networkWatch.stop();
    await this.#change((engine) => purgeHost(engine));
  }

  async images(): Promise<Image[]> {
    return await this.#look(({ images }) => images.list());
  }

  async importImage(name: string, tarballPath: string, limits?: ArchiveLimits): Promise<Image> {
    return await this.#change(({ images }) => images.import(name, tarballPath, limits));
  }

  async removeImage(name: string): Promise<boolean> {
    return await this.#change(({ images }) => images.remove(name));
  }

  /** LXC accepts any limits. */
  types(): Promise<[]> {
    return Promise.resolve([]);
  }

  async list(): Promise<Container[]> {
    return await this.#look((engine) => listContainers(engine));
  }

  async remains(id: number): Promise<Remains> {
    return await this.#look((engine) => remainsOf(engine, engine.place.container(id)));
  }

  /** Containers of others are in other folders, and have their own networks. */
  foreign(): Promise<[]> {
    return Promise.resolve([]);
  }

  async create(spec: ContainerSpec): Promise<MadeContainer> {
    this.#destroyed.delete(spec.id);
    return await this.#change((engine) => this.#turns.take(spec.id, () => createContainer(engine, spec)));
  }

  async start(id: number, nameservers?: readonly string[]): Promise<void> {
    await this.#change((engine) =>
      this.#turns.take(id, async () => {
        await startContainer(engine, requireContainerNow(engine, id), nameservers);
      }),
    );
  }

  async stop(id: number, graceMs: number): Promise<void> {
    await this.#change((engine) =>
      this.#turns.take(id, async () => {
        engine.shells.drop(id);
        await stopContainer(engine, await requireContainer(engine, id), graceMs);
      }),
    );
  }

  async destroy(id: number): Promise<void> {
    this.#destroyed.add(id);
    this.claims.forget(id);
    await this.#change(async (engine) => {
      engine.shells.drop(id);
      // The current command of the container is killed.
      await engine.runner.end(id);
      await this.#turns.take(id, () => destroyContainer(engine, engine.place.container(id)));
    });
    // After a failure it stays: the destroy is tried again.
    this.#destroyed.delete(id);
  }

  /** LXC's names contain only ids. */
  async rename(id: number): Promise<void> {
    await requireContainer(await this.#engine(), id);
  }

  async exec(id: number, request: ExecRequest): Promise<ExecResult> {
    return await this.#look(async (engine) => attach(engine, await requireContainer(engine, id), request));
  }

  async writeFiles(id: number, files: readonly ContainerFile[]): Promise<void> {
    await this.#look(async (engine) => writeFiles(engine, await requireContainer(engine, id), files));
  }

  async readFile(id: number, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return await this.#look(async (engine) =>
      readFile(engine, await requireContainer(engine, id), path, maxBytes),
    );
  }

  async setHosts(id: number, lines: readonly string[]): Promise<void> {
    await this.#look(async (engine) =>
      setHosts(
        engine,
        { turns: this.#turns, isDestroyed: (each) => this.#destroyed.has(each) },
        requireContainerNow(engine, id),
        lines,
      ),
    );
  }

  async addHosts(ids: readonly number[], lines: readonly string[]): Promise<ReadonlySet<number>> {
    return await this.#look(async ({ hostsFiles }) => {
      const there = ids.filter((id) => !this.#destroyed.has(id));
      return Promise.resolve(hostsFiles.add(there, lines));
    });
  }

  async resize(id: number, type: InstanceType): Promise<void> {
    await this.#look(async (engine) => resizeContainer(engine, await requireContainer(engine, id), type));
  }

  async memoryKills(id: number): Promise<number> {
    return await this.#look(({ cgroups, place }) =>
      memoryKills(cgroups.hierarchies, payloadPrefix + place.container(id).name),
    );
  }

  async usage(ids: readonly number[]): Promise<Usage[]> {
    return await this.#look((engine) => usageOf(engine, ids));
  }

  watch(
    onDown: (id: number) => void,
    onOutOfMemory: (id: number, kills: number) => void = () => undefined,
  ): void {
    this.#engine()
      .then((engine) => {
        this.#watch ??= new Watch(engine, this.#turns);
        this.#watch.start(onDown, onOutOfMemory);
      })
      .catch((error: unknown) => this.#options.log.warn({ err: error }, "the containers cannot be watched"));
  }

  /** For work that starts no engine command which a later daemon would have to end. */
  async #look<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#engine());
    } catch (error) {
      throw asEngineError(error, this.#options.folder);
    }
  }

  /** For work that does. It waits until the commands of an earlier daemon have ended. */
  async #change<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#engineAlone());
    } catch (error) {
      throw asEngineError(error, this.#options.folder);
    }
  }

  /** After a failure, the next call tries again. */
  async #engine(): Promise<Engine> {
    this.#read ??= readEngine(this.#options, this.#times).catch((error: unknown) => {
      this.#read = undefined;
      throw error;
    });
    return await this.#read;
  }
}
