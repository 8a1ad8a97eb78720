import { resolveInRoot } from "../../../support/files/path-in-root";
import type { ContainerFile } from "../../driver";
import { readFromRoot, writeIntoRoot } from "../files/root-files";

/** The files of one container, for work from outside. A link of the container never leads out of its root. */
export interface RootFiles {
  /** See `writeIntoRoot`. */
  write(files: readonly ContainerFile[]): Promise<void>;
  /** See `readFromRoot`. */
  read(path: string, maxBytes: number): Promise<Buffer | undefined>;
  /** Returns whether one of these paths exists, as a process in the container sees it. */
  hasAny(paths: readonly string[]): Promise<boolean>;
}

/** @param folder the root folder of a container. */
export function rootFilesIn(folder: string): RootFiles {
  return {
    write: async (files) => await writeIntoRoot(folder, files),
    read: async (path, maxBytes) => await readFromRoot(folder, path, maxBytes),
    hasAny: async (paths) => {
      for (const path of paths) {
        if ((await resolveInRoot(folder, path)) !== undefined) {
          return true;
        }
      }
      return false;
    },
  };
}
