import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import type { Image } from "../../../../protocol/methods/image";
import type { ImageFormat } from "./formats";

/** The folder and the form of a host's images. */
export interface ImageStore {
  readonly folder: string;
  readonly format: ImageFormat;
}

/** The images: archives in the host's template cache, both the host's own and imported ones. */
export class HostImages {
  constructor(private readonly store: () => Promise<ImageStore>) {}

  async list(): Promise<Image[]> {
    const archives = await this.archives();
    const images = await Promise.all(
      [...archives].map(async ([name, path]) => {
        // A link of the operator may be dangling, or the file may have been removed.
        const stats = await unlessErrno(stat(path), "ENOENT", "ELOOP");
        return stats && { name, sizeBytes: stats.size, createdAt: stats.mtime.toISOString() };
      }),
    );
    return images.filter((image) => image !== undefined);
  }

  /** @throws MccError `not-found` that lists the existing images. */
  async require(name: string): Promise<void> {
    const names = [...(await this.archives()).keys()];
    if (!names.includes(name)) {
      throw new MccError(
        "not-found",
        `No image "${name}". This host has: ${names.join(", ") || "none yet"}.`,
      );
    }
  }

  /** Returns the paths of all images by name. If two have one name, vzctl uses the ending that comes first. */
  async archives(): Promise<Map<string, string>> {
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
