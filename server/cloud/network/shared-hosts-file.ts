import { fchmodSync, writeFileSync } from "node:fs";
import { chmod, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { namingFileSystem } from "../../support/files/file-system-fault";
import { replaceBy } from "../../support/files/json-file";
import { ensureFolder } from "../../support/files/make-folder";
import { hostsLines, type NamedHost } from "./hosts-lines";

const localLines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost"];

/**
 * A file that the containers of release 0.1.0 share, in the format of hosts(5), in a folder of its own, readable for all
 * users. Each change is written soon; the changes
 * during one write are in the next, so that a thousand changes at a time cost a few writes. A folder without hosts is
 * removed.
 */
export class SharedHostsFile {
  readonly #hosts = new Map<number, NamedHost>();
  /** A write that has not begun: it includes all changes until then. */
  #next: Promise<void> | undefined;
  #last = Promise.resolve();

  /** @param makeParent creates the folder above `folder`; called before each write. */
  constructor(
    private readonly folder: string,
    private readonly makeParent: () => Promise<void>,
    private readonly log: Logger,
  ) {}

  set(host: NamedHost): void {
    this.#hosts.set(host.id, host);
    this.#save();
  }

  delete(id: number): void {
    if (this.#hosts.delete(id)) {
      this.#save();
    }
  }

  /** Writes the file again. @throws the error of the write. */
  async rewrite(): Promise<void> {
    this.#save();
    await this.settled();
  }

  /** Resolves once all changes before this call are in the file. @throws the error of the last write. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#last);
  }

  #save(): void {
    if (this.#next !== undefined) {
      return;
    }
    const write = async (): Promise<void> => {
      this.#next = undefined;
      await this.#write();
    };
    this.#next = this.#last.then(write, write);
    this.#last = this.#next;
    this.#last.catch((error: unknown) =>
      this.log.error({ err: error, folder: this.folder }, "names of instances could not be written"),
    );
  }

  /** A reader finds the old file or the new one. It is written again when the daemon starts, so nothing is synced. */
  async #write(): Promise<void> {
    await namingFileSystem(this.folder, () => this.#writeWhole());
  }

  async #writeWhole(): Promise<void> {
    if (this.#hosts.size === 0) {
      await rm(this.folder, { recursive: true, force: true });
      return;
    }
    const lines = [...localLines, ...[...this.#hosts.values()].flatMap(hostsLines)];
    const path = join(this.folder, "hosts");
    await this.makeParent();
    await makeReadable(this.folder);
    await replaceBy(path, 0o644, (descriptor) => {
      writeFileSync(descriptor, lines.map((line) => `${line}\n`).join(""));
      fchmodSync(descriptor, 0o644);
      return Promise.resolve();
    });
  }
}

/** Sets the mode whatever this process's umask is. */
async function makeReadable(folder: string): Promise<void> {
  if (await ensureFolder(folder, 0o755)) {
    await chmod(folder, 0o755);
  }
}
