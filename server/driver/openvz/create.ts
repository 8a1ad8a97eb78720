import { MccError, messageOf } from "../../../protocol/error";
import { Turns } from "../../support/concurrency/turns";
import type { ContainerFile, ContainerSpec, DriverLog, MadeContainer } from "../driver";
import { sshServers } from "../ssh-server";
import { commands, type Target } from "./commands/command";
import { type Ended, failureOf } from "./commands/runner";
import type { Vz } from "./commands/vz";
import { distinctiveIn, type Generation } from "./configuration/generation";
import { formatMetadata } from "./configuration/metadata";
import { readSamples, type Sample } from "./configuration/sample-types";
import type { Containers } from "./containers/containers";
import type { UnfinishedRecords } from "./containers/unfinished-records";
import { hasUserNamespace, templateOptions } from "./distribution";
import { setHostsInRoot, systemFilesFor } from "./files/system-files";
import type { HostConfiguration } from "./host";
import { limitOptions } from "./limits";
import { nameserverOptions } from "./name-servers";
import type { RootFiles } from "./root-work/root-files";
import type { RootWork } from "./root-work/root-work";

/** Creates containers. A failed one stays in part, and its record tells a later destroy about it. */
export class ContainerCreation {
  /**
   * The turns of calls that assign one name. vzctl checks whether a name is free and then takes it, under a lock of the
   * container only, so two calls at a time could both get it.
   */
  readonly names = new Turns<string>();
  /** The turns of calls that need the root of one container: an unmount would take it away from the others. */
  readonly #roots = new Turns<number>();

  constructor(
    private readonly serverId: string,
    private readonly vz: Vz,
    readonly work: RootWork,
    private readonly records: UnfinishedRecords,
    private readonly containers: Containers,
    private readonly log: DriverLog,
  ) {}

  async create(spec: ContainerSpec): Promise<MadeContainer> {
    const [generation, host] = [await this.vz.generation(), await this.vz.host()];
    const sample = (await readSamples(host)).find(({ type }) => type.name === spec.type.name);
    const metadata = { serverId: this.serverId, id: spec.id, uid: spec.uid };
    const description = formatMetadata(metadata, generation.assignment);
    const target = await this.names.take(spec.name, () =>
      this.#create(spec, { generation, host, description, sample }),
    );
    const isShifted = await hasUserNamespace(
      this.vz,
      (await host.containerVariables(target.ctid)) ?? new Map(),
    );
    const settings = [
      ...generation.setOptions({ id: spec.id, uid: spec.uid, description }),
      ...(isShifted ? await templateOptions(host, spec.image) : []),
      ...nameserverOptions(spec.nameservers),
      ...limitOptions(spec.type, { has: sample?.type, generation, memory: await this.vz.memoryModel() }),
    ];
    if (settings.length > 0) {
      await this.vz.set(target, settings);
    }
    await this.work.giveRootFolder(target.ctid);
    const made = await this.inRoot(target, "written", async (root) => {
      const hosts = spec.hosts?.() ?? (isShifted ? [ownHostsLine(spec)] : undefined);
      if (hosts !== undefined) {
        await setHostsInRoot(root, hosts);
      }
      await root.write([...(isShifted ? await systemFilesFor(root, spec) : []), ...spec.files]);
      return { hasSshServer: await root.hasAny(sshServers) };
    });
    this.containers.add(target);
    await this.records.remove(spec.id);
    return made;
  }

  /** Writes files into a container that does not run. */
  async writeFiles(target: Target, files: readonly ContainerFile[]): Promise<void> {
    await this.inRoot(target, "written", (root) => root.write(files));
  }

  /**
   * Runs a function on the root folder of a container that does not run. The root is mounted during the call if
   * necessary.
   *
   * @param done the function's effect on files, for the error message.
   */
  async inRoot<T>(
    target: Target,
    done: "read" | "written",
    work: (root: RootFiles) => Promise<T>,
  ): Promise<T> {
    const plain = await this.work.plainRoot(target.ctid);
    if (plain !== undefined) {
      return await work(plain).catch((error: unknown) => {
        throw MccError.reword(error, failed(target, done, error), "engine");
      });
    }
    return await this.#roots.take(target.id, () => this.#inMountedRoot(target, done, work));
  }

  async #inMountedRoot<T>(
    target: Target,
    done: "read" | "written",
    work: (root: RootFiles) => Promise<T>,
  ): Promise<T> {
    const result = await work(await this.#mount(target)).catch(async (error: unknown) => {
      const more = await this.#unmountAfterFailure(target);
      throw MccError.reword(error, `${failed(target, done, error)}${more}`, "engine");
    });
    await this.vz.run(commands.unmount(target));
    return result;
  }

  async #mount(target: Target): Promise<RootFiles> {
    await this.vz.run(commands.mount(target));
    return await this.work.mountedRoot(target.ctid);
  }

  /** @returns the text to append to the message of the first failure, which is the one that is reported. */
  async #unmountAfterFailure(target: Target): Promise<string> {
    try {
      await this.vz.run(commands.unmount(target));
      return "";
    } catch (error) {
      return `; then ${messageOf(error)}`;
    }
  }

  /** Creates the container under the first of the engine's ids that is free. */
  async #create(
    spec: ContainerSpec,
    how: { generation: Generation; host: HostConfiguration; description: string; sample: Sample | undefined },
  ): Promise<Target> {
    const ctids = how.generation.ctids(spec);
    for (const ctid of ctids) {
      if (!(await this.work.claim(ctid))) {
        continue;
      }
      const target = { id: spec.id, ctid };
      const { id, name, hostname } = spec;
      const sample = how.sample?.name ?? how.host.defaultSample;
      const ofSample = distinctiveIn((await how.host.sampleVariables(sample)) ?? new Map());
      await this.records.write({ id, ctid, name, hostname, sample: ofSample });
      const command = commands.create(target, { ...spec, sample }, [
        ...how.generation.createOptions({ ...spec, ctid, description: how.description }),
        ...(await this.#layoutOptions(how.generation)),
      ]);
      const ended = await this.vz.attempt(command);
      if (ended.exitCode === 0) {
        refuseUnshifted(target, ended);
        this.#tellOtherCtid(target, ctids);
        return target;
      }
      if (ended.meaning?.kind !== "ctid-taken") {
        throw failureOf(command, ended);
      }
      await this.records.remove(spec.id);
      await this.work.release(ctid);
    }
    throw new MccError(
      "conflict",
      `The ids ${ctids.join(", ")} on this host belong to containers that this server did not create; remove their remains under /etc/vz/conf and in the private areas if they are not needed.`,
    );
  }

  /** For operators who use vzctl: the instance has another number there. */
  #tellOtherCtid({ id, ctid }: Target, [wanted]: readonly string[]): void {
    if (ctid !== wanted) {
      this.log.warn(
        { instance: id, container: ctid },
        `another owner has the container ${wanted} on this host; instance ${id} is the host's container ${ctid}`,
      );
    }
  }

  /** vzctl's own choice, and that of vz.conf as shipped, is ploop, even if the kernel does not support it. */
  async #layoutOptions({ simfs }: Generation): Promise<string[]> {
    return simfs && !(await this.vz.hasPloop()) ? ["--layout", "simfs"] : [];
  }
}

/** Returns the line of a hosts file that vzctl's script would write. */
function ownHostsLine({ ipAddress, hostname }: ContainerSpec): string {
  const [label = hostname] = hostname.split(".");
  return [ipAddress, ...new Set([hostname, label])].join(" ");
}

/**
 * Refuses a container whose files belong to the host's users, although they should be shifted. vzctl exits with 0 if it
 * could not load its library for that, and refuses the start (47).
 */
function refuseUnshifted({ ctid }: Target, { stdout, stderr }: Ended): void {
  const [words] =
    /^.*libvzchown\S* from LD_PRELOAD cannot be preloaded.*$/m.exec(`${stdout}\n${stderr}`) ?? [];
  if (words !== undefined) {
    throw new MccError(
      "engine",
      `vzctl create ${ctid} could not shift the users of the image: ${words.trim()} What to do: run ldconfig, and if that does not help, reinstall the package vzctl, which contains the library.`,
    );
  }
}

function failed({ id }: Target, done: "read" | "written", error: unknown): string {
  return `Files of container ${id} could not be ${done}: ${messageOf(error)}`;
}
