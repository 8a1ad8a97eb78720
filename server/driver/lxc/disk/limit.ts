import { mkdirSync, statSync } from "node:fs";
import { MccError } from "../../../../protocol/error";
import type { InstanceType } from "../../../../protocol/methods/instance-type";
import { commands } from "../commands/command";
import type { CommandRunner } from "../commands/runner";
import type { DiskMethod, DiskSupport } from "./support";

interface Method {
  /** Creates the folder of a layer, without a limit. */
  readonly make: (layer: string) => Promise<void>;
  /** Whether the folder was created so that it can have a limit. */
  readonly isReady: (layer: string) => Promise<boolean>;
  /** @param bytes undefined: no limit. */
  readonly limit: (layer: string, bytes: number | undefined) => Promise<void>;
  /** Called before the folder is removed. */
  readonly forget: (layer: string) => Promise<void>;
}

/** The inode number of the top folder of each btrfs subvolume. */
const topOfSubvolume = 256;
/** Project ids from here on are ours: other programs and operators count from 1. */
const firstProject = 0x4000_0000;

/** Limits what containers write to their layers, by the file system itself. */
export class DiskLimits {
  readonly #method: Method | undefined;

  constructor(
    private readonly support: DiskSupport,
    runner: Pick<CommandRunner, "run">,
  ) {
    this.#method = "method" in support ? methods[support.method](support.mount.point, runner) : undefined;
  }

  /**
   * Creates the folder of a layer with the limit of a type. Where the file system can limit folders, it is created so that
   * it can get a limit later.
   *
   * @throws MccError `conflict` if the type has a limit and the file system cannot enforce it.
   */
  async makeLayer(layer: string, { diskBytes, name }: InstanceType): Promise<void> {
    if (this.#method === undefined) {
      this.#refuse(name, diskBytes);
      mkdirSync(layer);
      return;
    }
    await this.#method.make(layer);
    if (diskBytes !== undefined) {
      await this.#method.limit(layer, diskBytes);
    }
  }

  /**
   * Changes the limit of a layer, at once.
   *
   * @throws MccError `conflict` if the layer cannot have a limit.
   */
  async change(layer: string, { diskBytes, name }: InstanceType): Promise<void> {
    if (this.#method === undefined) {
      this.#refuse(name, diskBytes);
    } else if (await this.#method.isReady(layer)) {
      await this.#method.limit(layer, diskBytes);
    } else if (diskBytes !== undefined) {
      throw new MccError(
        "conflict",
        `The type "${name}" limits the disk to ${diskBytes} bytes, and this instance was created before its file system could do that; create the instance again.`,
      );
    }
  }

  /** Removes what limits a layer, before it is removed. A missing layer is a success. */
  async forget(layer: string): Promise<void> {
    if (
      statSync(layer, { throwIfNoEntry: false }) !== undefined &&
      (await this.#method?.isReady(layer)) === true
    ) {
      await this.#method?.forget(layer);
    }
  }

  #refuse(name: string, diskBytes: number | undefined): void {
    if (diskBytes !== undefined && "lacks" in this.support) {
      const { lacking, remedy } = this.support.lacks;
      throw new MccError(
        "conflict",
        `The type "${name}" limits the disk to ${diskBytes} bytes, but ${lacking} (${remedy}, then start the daemon again).`,
      );
    }
  }
}

const methods: Readonly<
  Record<DiskMethod, (mountPoint: string, runner: Pick<CommandRunner, "run">) => Method>
> = {
  subvolumes: (_mountPoint, runner) => ({
    make: async (layer) => {
      await runner.run(commands.makeSubvolume(layer));
    },
    isReady: (layer) => Promise.resolve(statSync(layer).ino === topOfSubvolume),
    limit: async (layer, bytes) => {
      await runner.run(commands.limitSubvolume(layer, bytes));
    },
    // It also removes all files, and the limit when the kernel has freed them.
    forget: async (layer) => {
      await runner.run(commands.removeSubvolume(layer));
    },
  }),

  projects: (mountPoint, runner) => ({
    make: async (layer) => {
      mkdirSync(layer);
      await runner.run(commands.setProject(layer, projectOf(layer)));
    },
    isReady: async (layer) => {
      const shown = await runner.run(commands.showProject(layer));
      return Number.parseInt(shown.trim(), 10) === projectOf(layer);
    },
    limit: async (layer, bytes) => {
      await runner.run(commands.limitProject(projectOf(layer), mountPoint, bytes));
    },
    forget: async (layer) => {
      await runner.run(commands.limitProject(projectOf(layer), mountPoint, undefined));
    },
  }),
};

/** No other folder of the file system has the same inode number. */
function projectOf(layer: string): number {
  return firstProject + (statSync(layer).ino % firstProject);
}
