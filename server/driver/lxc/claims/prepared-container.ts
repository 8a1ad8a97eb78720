import { closeSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { MccError } from "../../../../protocol/error";
import type { ContainerFile } from "../../driver";
import { firstProcessOf } from "../cgroups/first-process";
import type { Engine } from "../engine";
import { openRootOf, rewriteFile } from "../files/rewrite";
import type { ContainerPlace } from "../place";
import { KernelHostName } from "./kernel-host-name";

/** What a claim needs of a running container, opened ahead. */
export class PreparedContainer {
  readonly #root: number;
  readonly #hostName: KernelHostName;
  #isClosed = false;

  /** @param pid of the container's first process. */
  private constructor(engine: Engine, container: ContainerPlace, pid: number) {
    this.#root = openRootOf(pid);
    try {
      this.#hostName = new KernelHostName(engine, container, pid);
    } catch (error) {
      closeSync(this.#root);
      throw error;
    }
  }

  /** @throws MccError `conflict` if it does not run. */
  static async open(engine: Engine, container: ContainerPlace): Promise<PreparedContainer> {
    const { cgroups, groups } = engine;
    const pid = await firstProcessOf(cgroups.payload(container.name));
    if (pid === undefined) {
      throw new MccError(
        "conflict",
        `Container ${container.id} does not run, and cannot be prepared for a claim.`,
      );
    }
    await writeFile(container.claimed, groups.cableOf(container));
    return new PreparedContainer(engine, container, pid);
  }

  /** @throws MccError `conflict` once it is closed: its descriptors may be those of another container by then. */
  requireOpen(): void {
    if (this.#isClosed) {
      throw new MccError("conflict", "The container ended before it was claimed; create the instance again.");
    }
  }

  /** @returns the files that must be written in another way, because there is no file in their place. */
  rewrite(files: readonly ContainerFile[]): ContainerFile[] {
    return files.filter((file) => !rewriteFile(this.#root, file));
  }

  /** Works once. @throws MccError `engine`, `timeout`. */
  async setHostName(name: string): Promise<void> {
    await this.#hostName.set(name);
  }

  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#hostName.close();
      closeSync(this.#root);
    }
  }
}
