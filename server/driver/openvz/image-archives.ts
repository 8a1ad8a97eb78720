import { constants } from "node:fs";
import { copyFile, mkdir, open, readdir, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MccError, messageOf } from "../../../protocol/error";
import type { Image } from "../../../protocol/image";
import { unlessErrno } from "../errno";

/** How an archive's file name ends, in the order in which vzctl looks, and how the file begins. */
const packings = [
  { ending: ".tar", begins: undefined },
  { ending: ".tar.gz", begins: "1f8b" },
  { ending: ".tar.bz2", begins: "425a68" },
  { ending: ".tar.xz", begins: "fd377a585a00" },
] as const;
const zstandard = "28b52ffd";
/** What tar itself writes at a time. Zero bytes behind its end are nothing to it. */
const recordBytes = 10_240;

/** The images: archives in the host's template cache, of which the host has its own beside those imported. */
export class ImageArchives {
  /** @param imports remembers which ones were imported here: an empty file for each. */
  constructor(
    private readonly folder: () => Promise<string>,
    private readonly imports: string,
  ) {}

  async list(): Promise<Image[]> {
    const archives = await this.#archives();
    return await Promise.all(
      [...archives].map(async ([name, path]) => {
        const { size, mtime } = await stat(path);
        return { name, sizeBytes: size, createdAt: mtime.toISOString() };
      }),
    );
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

  /** @throws MccError `conflict` for a name that is taken, `invalid` for a file that vzctl cannot unpack. */
  async import(name: string, tarball: string): Promise<Image> {
    if ((await this.#archives()).has(name)) {
      throw new MccError(
        "conflict",
        `The image "${name}" exists already; remove it, or choose another name.`,
      );
    }
    const { ending, begins } = await packingOf(tarball);
    const path = join(await this.folder(), `${name}${ending}`);
    await mkdir(this.imports, { recursive: true, mode: 0o700 });
    await writeFile(join(this.imports, name), "");
    try {
      await copyFile(tarball, `${path}.part`, constants.COPYFILE_FICLONE);
      if (begins === undefined) {
        await fillRecord(`${path}.part`);
      }
      await rename(`${path}.part`, path);
    } catch (error) {
      await rm(`${path}.part`, { force: true });
      await rm(join(this.imports, name), { force: true });
      throw new MccError("engine", `${tarball} could not be copied to ${path}: ${messageOf(error)}.`);
    }
    const { size, mtime } = await stat(path);
    return { name, sizeBytes: size, createdAt: mtime.toISOString() };
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

  /** Removes all that were imported. */
  async purge(): Promise<void> {
    for (const name of await this.#imported()) {
      await this.remove(name);
    }
  }

  async #imported(): Promise<string[]> {
    return (await unlessErrno(readdir(this.imports), "ENOENT")) ?? [];
  }

  /** Paths by name; of two with one name, vzctl takes the packing that comes first. */
  async #archives(): Promise<Map<string, string>> {
    const folder = await this.folder();
    const files = ((await unlessErrno(readdir(folder), "ENOENT")) ?? []).sort();
    const found = new Map<string, string>();
    for (const { ending } of packings) {
      for (const file of files.filter((candidate) => candidate.endsWith(ending))) {
        const name = file.slice(0, -ending.length);
        found.set(name, found.get(name) ?? join(folder, file));
      }
    }
    return found;
  }
}

/**
 * Makes an archive that is not packed as long as tar's own are: vzctl's script compares its length in KiB by the
 * shell, which takes a figure that is not whole for none, and so for a full disk (46).
 */
async function fillRecord(path: string): Promise<void> {
  const { size } = await stat(path);
  await truncate(path, Math.ceil(size / recordBytes) * recordBytes);
}

async function packingOf(tarball: string): Promise<(typeof packings)[number]> {
  const beginning = await beginningOf(tarball);
  if (beginning.startsWith(zstandard)) {
    throw new MccError(
      "invalid",
      `${tarball} is packed by zstd, which vzctl cannot unpack; pack it by gzip, bzip2 or xz.`,
    );
  }
  const packing = packings.find(({ begins }) => begins !== undefined && beginning.startsWith(begins));
  return packing ?? packings[0];
}

async function beginningOf(path: string): Promise<string> {
  try {
    const file = await open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
      return buffer.subarray(0, bytesRead).toString("hex");
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new MccError("invalid", `The tarball ${path} cannot be read: ${messageOf(error)}.`);
  }
}
