import type { Image } from "../../../protocol/methods/image";
import type { InstanceType } from "../../../protocol/methods/instance-type";
import type { ArchiveLimits } from "../../support/archives/limits";
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
  Member,
  Needs,
  Remains,
  Usage,
} from "../driver";
import { IncusClaims } from "./claims/claims";
import { createInstance } from "./create";
import { destroyInstance, removeLate } from "./destroy";
import { type Engine, openEngine, pathOf, placeOf } from "./engine";
import { execute } from "./guest/exec";
import { readFile, writeFiles } from "./guest/files";
import { setHosts } from "./hosts";
import { stateOf } from "./instances/copy";
import { markSettings } from "./instances/marks";
import { keepOptions, withKeptOptions } from "./kept-options";
import { listMembers } from "./members";
import { startInstance, stopInstance } from "./power";
import { preflight } from "./preflight";
import { removeProject, requireProject } from "./project";
import { remainsOf } from "./remains";
import { resizeInstance } from "./resize";
import { type EngineSettings, readSettings } from "./settings";
import { IncusUsage } from "./usage/usage";

/** Creates it with the settings of the last start where the operator gives none. @throws as `createIncusDriver` does. */
export async function loadIncusDriver(options: DriverOptions): Promise<Driver> {
  return createIncusDriver(await withKeptOptions(options));
}

/** More only wait: the processors of the members limit a start. */
const changesAtOnce = 8;

/**
 * Creates the driver of an Incus or LXD server or cluster, through its REST API. It needs neither root nor an engine on
 * this host.
 *
 * @throws MccError `invalid` for an option that is not valid.
 */
export function createIncusDriver(options: DriverOptions): Driver {
  return new IncusDriver(options, readSettings(options));
}

class IncusDriver implements Driver {
  readonly capabilities = {
    simulated: false,
    importsImages: true,
    ownsNetwork: false,
    isolates: false,
    placement: true,
    changesAtOnce,
  };
  readonly claims = new IncusClaims(() => this.#engine());
  readonly #usage = new IncusUsage();
  #connected: Promise<Engine> | undefined;
  #onDown: ((id: number) => void) | undefined;

  constructor(
    private readonly options: DriverOptions,
    private readonly settings: EngineSettings,
  ) {}

  async preflight(needs: Needs = {}): Promise<Finding[]> {
    return await preflight(this.options, this.settings, needs);
  }

  async open(): Promise<void> {
    const engine = await this.#engine();
    await requireProject(engine);
    await keepOptions(this.options.folder, this.settings, engine.server);
    await engine.instances.open();
  }

  async close(): Promise<void> {
    const connected = this.#connected;
    this.#connected = undefined;
    this.claims.close();
    const engine = await connected?.catch(() => undefined);
    engine?.instances.close();
    await engine?.connection.close();
  }

  async purge(): Promise<void> {
    const engine = await this.#engine();
    await engine.images.clear();
    await removeProject(engine);
    await this.close();
  }

  async images(): Promise<Image[]> {
    return await (await this.#engine()).images.list();
  }

  async importImage(name: string, tarballPath: string, limits?: ArchiveLimits): Promise<Image> {
    return await (await this.#engine()).images.import(name, tarballPath, limits);
  }

  async removeImage(name: string): Promise<boolean> {
    return await (await this.#engine()).images.remove(name);
  }

  /** The engine accepts any limits. */
  types(): Promise<[]> {
    return Promise.resolve([]);
  }

  async members(): Promise<Member[]> {
    return await listMembers(await this.#engine());
  }

  async list(): Promise<Container[]> {
    const engine = await this.#engine();
    return (await engine.instances.all()).flatMap((instance) => {
      const id = engine.names.idOf(instance.name);
      return id === undefined ? [] : [{ id, state: stateOf(instance), member: placeOf(engine, instance) }];
    });
  }

  async remains(id: number): Promise<Remains> {
    return await remainsOf(await this.#engine(), id);
  }

  async foreign(): Promise<ForeignContainer[]> {
    const { foreign, instances } = await this.#engine();
    return await foreign.list(instances);
  }

  async create(spec: ContainerSpec): Promise<MadeContainer> {
    this.claims.created(spec);
    const engine = await this.#engine();
    await engine.late.forget(spec.id);
    return await engine.instances.during(spec.id, () => createInstance(engine, spec));
  }

  async start(id: number, nameservers?: readonly string[]): Promise<void> {
    const engine = await this.#engine();
    await engine.instances.during(id, () => startInstance(engine, id, nameservers));
  }

  async stop(id: number, graceMs: number): Promise<void> {
    this.claims.forget(id);
    await stopInstance(await this.#engine(), id, graceMs);
  }

  async destroy(id: number): Promise<void> {
    this.claims.forget(id);
    await destroyInstance(await this.#engine(), id);
  }

  /** The engine renames only stopped instances. Its name has the id, and a mark has the user's name. */
  async rename(id: number, name: string): Promise<void> {
    const engine = await this.#engine();
    await engine.instances.require(id);
    await engine.api.change("PATCH", pathOf(engine, id), { json: { config: markSettings({ name }) } });
  }

  async exec(id: number, request: ExecRequest): Promise<ExecResult> {
    const engine = await this.#engine();
    await engine.instances.known(id);
    return await execute(engine, id, request);
  }

  async writeFiles(id: number, files: readonly ContainerFile[]): Promise<void> {
    await writeFiles(await this.#engine(), id, files);
  }

  async readFile(id: number, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return await readFile(await this.#engine(), id, path, maxBytes);
  }

  async setHosts(id: number, lines: readonly string[]): Promise<void> {
    await setHosts(await this.#engine(), id, lines);
  }

  async resize(id: number, type: InstanceType): Promise<void> {
    await resizeInstance(await this.#engine(), id, type);
  }

  /** The engine does not tell. */
  memoryKills(): Promise<number> {
    return Promise.resolve(0);
  }

  async usage(ids: readonly number[]): Promise<Usage[]> {
    return await this.#usage.of(await this.#engine(), ids);
  }

  watch(onDown: (id: number) => void): void {
    this.#onDown = onDown;
  }

  /** Connects if necessary. After a failure, the next call tries again. */
  async #engine(): Promise<Engine> {
    const connected = (this.#connected ??= this.#connect());
    try {
      return await connected;
    } catch (error) {
      if (this.#connected === connected) {
        this.#connected = undefined;
      }
      throw error;
    }
  }

  async #connect(): Promise<Engine> {
    const engine = await openEngine(this.options, this.settings);
    engine.instances.watch({
      onDown: (id) => this.#onDown?.(id),
      onNew: (id) => void removeLate(engine, id),
    });
    return engine;
  }
}
