import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { removeTree } from "../../support/files/remove-tree";

/** The folders into which `vzctl destroy` moves private areas, in vzctl 4 and in OpenVZ 7. They are on the same disk. */
const folders = ["vztmp", "del"];
/** The beginning of the names there. */
const prefix = "vzctl-rm-me.";

/**
 * A private area that `vzctl destroy` is going to move away. vzctl removes what it moved in the background, one area after
 * the other, and pauses for ten seconds after each. Without this class, the disk would fill up if a fleet is replaced
 * again and again.
 */
export class MovedArea {
  constructor(
    private readonly path: string,
    /** Device and inode: they stay the same in the new place. Undefined for an area that was missing. */
    private readonly identity: string | undefined,
  ) {}

  /** Returns the identity of a private area before `vzctl destroy`; undefined if it is missing. */
  static async identityOf(path: string): Promise<string | undefined> {
    const found = await unlessErrno(stat(path, { bigint: true }), "ENOENT", "ENOTDIR");
    return found && `${found.dev}:${found.ino}`;
  }

  /** Removes the area if it was moved. @throws MccError like `removeTree`. */
  async remove(): Promise<void> {
    if (this.identity === undefined) {
      return;
    }
    // vzctl uses a folder at the top of the disk.
    for (let ancestor = dirname(this.path); ancestor !== dirname(ancestor); ancestor = dirname(ancestor)) {
      await Promise.all(folders.map((folder) => this.#removeFrom(join(ancestor, folder))));
    }
  }

  async #removeFrom(folder: string): Promise<void> {
    const names = (await unlessErrno(readdir(folder), "ENOENT", "ENOTDIR")) ?? [];
    for (const name of names.filter((entry) => entry.startsWith(prefix))) {
      const path = join(folder, name);
      if ((await MovedArea.identityOf(path)) === this.identity) {
        await removeTree(path);
      }
    }
  }
}
