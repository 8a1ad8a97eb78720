import { closeSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { MccError } from "../../../../protocol/error";
import type { ContainerFile } from "../../driver";
import { firstProcessOf } from "../cgroups/first-process";
import type { Engine } from "../engine";
import { openRootOf, rewriteFile } from "../files/rewrite";
import type { ContainerPlace } from "../place";
import { HostNameSetter } from "./host-name-setter";

/** What a claim needs of a running container, opened ahead. */
export class PreparedContainer {
  readonly #root: number;
  readonly #setter: HostNameSetter;
  #isClosed = false;

  /** @param pid of the container's first process. */
  private constructor(container: ContainerPlace, pid: number) {
    this.#root = openRootOf(pid);
    try {
      this.#setter = new HostNameSetter(container, pid);
    } catch (error) {
      closeSync(this.#root);
      throw error;
    }
  }

  /** @throws MccError `conflict` if it does not run. */
  static async open({ cgroups, groups }: Engine, container: ContainerPlace): Promise<PreparedContainer> {
    const pid = await firstProcessOf(cgroups.payload(container.name));
    if (pid === undefined) {
      throw new MccError(
        "conflict",
        `Container ${container.id} does not run, and cannot be prepared for a claim.`,
      );
    }
    await writeFile(container.claimed, groups.cableOf(container));
    return new PreparedContainer(container, pid);
  }

  /** @returns the files that must be written in another way, because there is no file in their place. */
  rewrite(files: readonly ContainerFile[]): ContainerFile[] {
    return files.filter((file) => !rewriteFile(this.#root, file));
  }

  /** Works once. */
  async setHostName(name: string, timeoutMs: number): Promise<void> {
    await this.#setter.set(name, timeoutMs);
  }

  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#setter.close();
      closeSync(this.#root);
    }
  }
}
