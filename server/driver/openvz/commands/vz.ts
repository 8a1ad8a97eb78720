import { join } from "node:path";
import { MccError } from "../../../../protocol/error";
import { once } from "../../../support/concurrency/once";
import { type Generation, generationOf } from "../configuration/generation";
import type { MemoryModel } from "../configuration/memory-model";
import type { ListedContainer } from "../containers/list";
import { type Listing, listings } from "../containers/listing";
import { ControlGroups } from "../control-groups";
import { exists, type HostConfiguration, type HostPlaces, readHostConfiguration } from "../host";
import type { ImageStore } from "../images/host-images";
import { commands, type EngineCommand, type Target } from "./command";
import { execExitCodes, exitCodes, listExitCodes } from "./exit-codes";
import type { ExitMeaning } from "./exit-meaning";
import { CommandRunner, type Ended, type RunnerOptions } from "./runner";

/** This host's OpenVZ: its commands, their generation, and its configuration. */
export class Vz {
  readonly controlGroups: ControlGroups;
  readonly #runner: CommandRunner;
  readonly #generation = once(() => this.#askGeneration());

  constructor(
    readonly places: HostPlaces,
    options: RunnerOptions,
  ) {
    this.#runner = new CommandRunner(options);
    this.controlGroups = new ControlGroups(places.mounts);
  }

  /** Returns the generation. vzctl is called once, and again after a failure. */
  async generation(): Promise<Generation> {
    return await this.#generation();
  }

  /** See `CommandRunner.run`. */
  async run(command: EngineCommand): Promise<Ended> {
    return await this.#runner.run(command, await this.#exitCodesOf(command));
  }

  /**
   * Runs `vzctl set` for a container that exists. For others, vzctl would create a configuration.
   *
   * @throws MccError `not-found`.
   */
  async set(target: Target, options: readonly string[]): Promise<void> {
    if ((await (await this.host()).containerVariables(target.ctid)) === undefined) {
      throw new MccError(
        "not-found",
        `The engine's container ${target.id} no longer exists: it has no configuration.`,
      );
    }
    await this.run(commands.set(target, options));
  }

  /** See `CommandRunner.attempt`. */
  async attempt(command: EngineCommand): Promise<Ended> {
    return await this.#runner.attempt(command, await this.#exitCodesOf(command));
  }

  /** Lists all containers of the host. */
  async list(): Promise<{ rows: ListedContainer[]; generation: Generation }> {
    const [generation, listing] = [await this.generation(), await this.listing()];
    const rows = await listing.list({
      vzlist: () => this.run(commands.list()),
      running: () => this.controlGroups.running(),
      configuration: () => this.host(),
    });
    return { rows, generation };
  }

  /** Returns the way to list containers. Not cached, because the modules of an OpenVZ kernel may be loaded later. */
  async listing(): Promise<Listing> {
    const works = !(await this.generation()).otherKernels || (await exists(this.places.veinfo));
    return works ? listings.vzlist : listings.files;
  }

  /** Returns the meanings of exit codes for commands inside containers. */
  async execExitCodes(): Promise<readonly ExitMeaning[]> {
    const { name, exitCodes: others } = await this.generation();
    return [...execExitCodes[name], ...others];
  }

  /** Reads the configuration. Not cached, because an operator may change it. */
  async host(): Promise<HostConfiguration> {
    return await readHostConfiguration(this.places, (await this.generation()).syntax);
  }

  /** Returns the folder and the form of this host's images. */
  async imageStore(): Promise<ImageStore> {
    return { folder: (await this.host()).imageFolder, format: (await this.generation()).images };
  }

  async isOpenvzKernel(): Promise<boolean> {
    return await exists(this.places.procVz);
  }

  async memoryModel(): Promise<MemoryModel> {
    if (!(await this.isOpenvzKernel())) {
      return "control-groups";
    }
    return (await exists(join(this.places.procVz, "vswap"))) ? "vswap" : "beancounters";
  }

  /** Returns whether containers can be in disk images. */
  async hasPloop(): Promise<boolean> {
    return await exists(join(this.places.procVz, "ploop_minor"));
  }

  async #exitCodesOf({ program }: EngineCommand): Promise<readonly ExitMeaning[]> {
    const { exitCodes: ofVzctl } = await this.generation();
    return { vzctl: ofVzctl, vzlist: listExitCodes, ip: [] }[program];
  }

  async #askGeneration(): Promise<Generation> {
    // The generations have the same exit codes for the failures that are possible here.
    const { stdout } = await this.#runner.run(commands.version(), exitCodes.v4);
    return generationOf(stdout);
  }
}
