import { constants, type Stats } from "node:fs";
import { copyFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError, messageOf } from "../../../../protocol/error";
import type { Image } from "../../../../protocol/methods/image";
import { withArchive } from "../../../support/archives/file";
import type { ArchiveLimits } from "../../../support/archives/limits";
import { asFileSystemFault } from "../../../support/files/file-system-fault";
import { ensureFolder } from "../../../support/files/make-folder";
import { requireRoot } from "./contents";
import { endingOf, fillRecord } from "./formats";
import { HostImages, type ImageStore } from "./host-images";

/** Imports images into the host's template cache, and removes those that it imported. */
export class ImageArchives {
  readonly #host: HostImages;

  /** @param imports the folder with an empty file for each imported image. */
  constructor(
    private readonly store: () => Promise<ImageStore>,
    private readonly imports: string,
  ) {
    this.#host = new HostImages(store);
  }

  /**
   * Imports an image.
   *
   * @throws MccError `conflict` for a name that is taken, `invalid` for a file that vzctl cannot unpack, `forbidden` if
   * the engine accepts no imports.
   */
  async import(name: string, tarball: string, limits?: ArchiveLimits): Promise<Image> {
    if ((await this.#host.archives()).has(name)) {
      throw new MccError(
        "conflict",
        `The image "${name}" exists already; remove it, or choose another name.`,
      );
    }
    const { folder, format } = await this.store();
    if (format.refusal !== undefined) {
      throw new MccError("forbidden", `The image "${name}" was not imported. ${format.refusal}.`);
    }
    return await withArchive(tarball, async ({ handle }) => {
      const path = join(folder, `${name}${await endingOf(tarball)}`);
      // A file that replaces the tarball from now on has no effect.
      const { size, mtime } = await this.#copy(
        name,
        { title: tarball, path: `/proc/self/fd/${handle.fd}` },
        path,
        limits,
      );
      return { name, sizeBytes: size, createdAt: mtime.toISOString() };
    });
  }

  async #copy(
    name: string,
    tarball: { title: string; path: string },
    path: string,
    limits?: ArchiveLimits,
  ): Promise<Stats> {
    let isNamed = false;
    try {
      await ensureFolder(this.imports, 0o700);
      await writeFile(join(this.imports, name), "");
      await copyFile(tarball.path, `${path}.part`, constants.COPYFILE_FICLONE);
      await withArchive(`${path}.part`, (copy) => requireRoot({ ...copy, path: tarball.title }, limits));
      await fillRecord(`${path}.part`);
      const stats = await stat(`${path}.part`);
      isNamed = true;
      await rename(`${path}.part`, path);
      return stats;
    } catch (error) {
      // Before the copy is removed, so that the message reports the full file system.
      const fault = asFileSystemFault(error);
      await rm(`${path}.part`, { force: true });
      if (isNamed) {
        // It may have its name already, although the rename reported a failure. Without the mark, it would be the host's.
        await rm(path, { force: true });
      }
      await rm(join(this.imports, name), { force: true });
      if (MccError.hasCode(fault, "invalid")) {
        throw fault;
      }
      const reason = messageOf(fault).replace(/\.$/, "");
      throw MccError.reword(fault, `${tarball.title} could not be copied to ${path}: ${reason}.`, "engine");
    }
  }

  /**
   * Removes an image.
   *
   * @returns false if it did not exist.
   * @throws MccError `forbidden` for an image of the host's own.
   */
  async remove(name: string): Promise<boolean> {
    const path = (await this.#host.archives()).get(name);
    if (path === undefined) {
      return false;
    }
    if (!(await this.#imported()).includes(name)) {
      throw new MccError(
        "forbidden",
        `The image "${name}" belongs to the host: this server did not import it; remove ${path} on the host.`,
      );
    }
    await rm(path, { force: true });
    await rm(join(this.imports, name), { force: true });
    return true;
  }

  /** Removes what an interrupted import left. Call it before the first import. */
  async clear(): Promise<void> {
    const names = await this.#imported();
    if (names.length === 0) {
      return;
    }
    const { folder, format } = await this.store();
    const archives = await this.#host.archives();
    for (const name of names) {
      await Promise.all(
        format.endings.map((ending) => rm(join(folder, `${name}${ending}.part`), { force: true })),
      );
      if (!archives.has(name)) {
        await rm(join(this.imports, name), { force: true });
      }
    }
  }

  /** Removes all imported images. */
  async purge(): Promise<void> {
    await this.clear();
    for (const name of await this.#imported()) {
      await this.remove(name);
    }
  }

  async #imported(): Promise<string[]> {
    return (await unlessErrno(readdir(this.imports), "ENOENT")) ?? [];
  }
}
