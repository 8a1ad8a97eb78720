import { chmodSync, lchownSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { hasErrno } from "../../../../protocol/errno";
import { asFileSystemFault } from "../../../support/files/file-system-fault";
import type { ContainerFile } from "../../driver";
import { containerRoot } from "../commands/command";
import { folderAt, giveAccess, type Layers, linkInLayer, namesOf, writeIntoLayer, writeNew } from "./layer";

/** The errors for a place in which an earlier file is. */
const inTheWay = ["EEXIST", "ENOTDIR"];

/** A folder of the layer. */
interface MadeFolder {
  readonly path: string;
  /** The folder that it is a copy of; undefined if the image has none. */
  readonly inImage: string | undefined;
}

/**
 * The layer of a container that nothing was written to yet, so that nothing is looked for in the place of a file: two
 * thirds of the calls of `writeIntoLayer`. A failure leaves parts, and the layer is then removed.
 */
export class NewLayer {
  readonly #folders: Map<string, MadeFolder>;

  constructor(private readonly layers: Layers) {
    this.#folders = new Map([["", { path: layers.delta, inImage: layers.rootfs }]]);
  }

  /** A later file of the same path replaces an earlier one. @throws MccError as `writeIntoLayer` does. */
  write(files: readonly ContainerFile[]): void {
    for (const file of files) {
      unlessThere(
        () => this.#writeOne(file),
        () => writeIntoLayer(this.layers, [file]),
      );
    }
  }

  #writeOne(file: ContainerFile): void {
    const path = this.#placeOf(file.path, file.folderMode);
    try {
      writeNew(path, file);
    } catch (error) {
      // The error of an open file has no path.
      throw hasErrno(error, ...inTheWay) ? error : asFileSystemFault(error, path);
    }
  }

  /** Writes a symbolic link. It replaces an earlier file. */
  link(path: string, target: string): void {
    unlessThere(
      () => {
        const link = this.#placeOf(path);
        symlinkSync(target, link);
        lchownSync(link, containerRoot, containerRoot);
      },
      () => linkInLayer(this.layers, path, target),
    );
  }

  #placeOf(path: string, folderMode?: number): string {
    const names = namesOf(path);
    return join(this.#folder(names.slice(0, -1), folderMode).path, names.at(-1) ?? "");
  }

  /** @param mode Default: that of the image's folder. */
  #folder(names: readonly string[], mode: number | undefined): MadeFolder {
    const key = names.join("/");
    const known = this.#folders.get(key);
    if (known !== undefined) {
      if (mode !== undefined) {
        chmodSync(known.path, mode);
      }
      return known;
    }
    const parent = this.#folder(names.slice(0, -1), undefined);
    const name = names.at(-1) ?? "";
    const path = join(parent.path, name);
    const inImage = parent.inImage === undefined ? undefined : join(parent.inImage, name);
    const model = inImage === undefined ? undefined : folderAt(inImage);
    mkdirSync(path);
    giveAccess(path, model, mode);
    const made = { path, inImage: model === undefined ? undefined : inImage };
    this.#folders.set(key, made);
    return made;
  }
}

/** Does the work, or the other one if an earlier file is in its way. */
function unlessThere(work: () => void, otherwise: () => void): void {
  try {
    work();
  } catch (error) {
    if (!hasErrno(error, ...inTheWay)) {
      throw error;
    }
    otherwise();
  }
}
