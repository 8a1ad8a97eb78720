import { constants } from "node:fs";
import { copyFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError, messageOf } from "../../../../protocol/error";
import type { Image } from "../../../../protocol/methods/image";
import { withArchive } from "../../../support/archives/file";
import { asFileSystemFault } from "../../../support/files/file-system-fault";
import { ensureFolder } from "../../../support/files/make-folder";
import { requireRoot } from "./contents";
import { endingOf, fillRecord, type ImageFormat } from "./formats";

/** Where a host's images are, and in which form. */
export interface ImageStore {
  readonly folder: string;
  readonly format: ImageFormat;
}

/** The images: archives in the host's template cache, of which the host has its own beside those imported. */
export class ImageArchives {
  /** @param imports remembers which ones were imported here: an empty file for each. */
  constructor(
    private readonly store: () => Promise<ImageStore>,
    private readonly imports: string,
  ) {}

  async list(): Promise<Image[]> {
    const archives = await this.#archives();
    const images = await Promise.all(
      [...archives].map(async ([name, path]) => {
        // A link of the operator's may lead nowhere, or the file may be gone by now.
        const stats = await unlessErrno(stat(path), "ENOENT", "ELOOP");
        return stats && { name, sizeBytes: stats.size, createdAt: stats.mtime.toISOString() };
      }),
    );
    return images.filter((image) => image !== undefined);
  }

  /** @throws MccError `not-found` that lists what there is. */
  async require(name: string): Promise<void> {
    const names = [...(await this.#archives()).keys()];
    if (!names.includes(name)) {
      throw new MccError(
        "not-found",
        `No image "${name}". This host has: ${names.join(", ") || "none yet"}.`,
      );
    }
  }

  /**
   * @throws MccError `conflict` for a name that is taken, `invalid` for a file that vzctl cannot unpack, `forbidden`
   * where the engine takes none.
   */
  async import(name: string, tarball: string): Promise<Image> {
    if ((await this.#archives()).has(name)) {
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
      // Whatever takes the place of the file from now on has no part in it.
      await this.#copy(name, { title: tarball, path: `/proc/self/fd/${handle.fd}` }, path);
      const { size, mtime } = await stat(path);
      return { name, sizeBytes: size, createdAt: mtime.toISOString() };
    });
  }

  async #copy(name: string, tarball: { title: string; path: string }, path: string): Promise<void> {
    try {
      await ensureFolder(this.imports, 0o700);
      await writeFile(join(this.imports, name), "");
      await copyFile(tarball.path, `${path}.part`, constants.COPYFILE_FICLONE);
      await withArchive(`${path}.part`, (copy) => requireRoot({ ...copy, path: tarball.title }));
      await fillRecord(`${path}.part`);
      await rename(`${path}.part`, path);
    } catch (error) {
      // While the copy takes its room.
      const fault = asFileSystemFault(error);
      await rm(`${path}.part`, { force: true });
      await rm(join(this.imports, name), { force: true });
      if (MccError.hasCode(fault, "invalid")) {
        throw fault;
      }
      const reason = messageOf(fault).replace(/\.$/, "");
      throw MccError.reword(fault, `${tarball.title} could not be copied to ${path}: ${reason}.`, "engine");
    }
  }

  /** @returns false for one that was gone already. @throws MccError `forbidden` for an image of the host's own. */
  async remove(name: string): Promise<boolean> {
    const path = (await this.#archives()).get(name);
    if (path === undefined) {
      return false;
    }
    if (!(await this.#imported()).includes(name)) {
      throw new MccError(
        "forbidden",
        `The image "${name}" was not imported by this server but belongs to the host; remove ${path} there.`,
      );
    }
    await rm(path, { force: true });
    await rm(join(this.imports, name), { force: true });
    return true;
  }

  /** Removes what an import left that was interrupted; call it before the first one. */
  async clear(): Promise<void> {
    const names = await this.#imported();
    if (names.length === 0) {
      return;
    }
    const { folder, format } = await this.store();
    const archives = await this.#archives();
    for (const name of names) {
      await Promise.all(
        format.endings.map((ending) => rm(join(folder, `${name}${ending}.part`), { force: true })),
      );
      if (!archives.has(name)) {
        await rm(join(this.imports, name), { force: true });
      }
    }
  }

  /** Removes all that were imported. */
  async purge(): Promise<void> {
    await this.clear();
    for (const name of await this.#imported()) {
      await this.remove(name);
    }
  }

  async #imported(): Promise<string[]> {
    return (await unlessErrno(readdir(this.imports), "ENOENT")) ?? [];
  }

  /** Paths by name; of two with one name, vzctl takes the ending that comes first. */
  async #archives(): Promise<Map<string, string>> {
    const { folder, format } = await this.store();
    const files = ((await unlessErrno(readdir(folder), "ENOENT")) ?? []).sort();
    const found = new Map<string, string>();
    for (const ending of format.endings) {
      for (const file of files.filter((candidate) => candidate.endsWith(ending))) {
        const name = file.slice(0, -ending.length);
        found.set(name, found.get(name) ?? join(folder, file));
      }
    }
    return found;
  }
}
