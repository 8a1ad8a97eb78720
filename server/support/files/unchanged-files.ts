import { lstatSync } from "node:fs";

/**
 * Remembers what was read from files as long as they are unchanged, for small files that are read for each request. A file
 * counts as changed if it has another inode, size or time of change.
 */
export class UnchangedFiles<T> {
  readonly #known = new Map<string, { readonly version: string; readonly value: T }>();

  /**
   * Returns what the file has.
   *
   * @param read reads it. What it returns is remembered, unless it is undefined.
   */
  async read(path: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    const version = versionOf(path);
    const known = this.#known.get(path);
    if (known !== undefined && known.version === version) {
      return known.value;
    }
    this.#known.delete(path);
    const value = await read();
    // Otherwise it may have changed before it was read, or after.
    if (value !== undefined && version !== undefined && versionOf(path) === version) {
      this.#known.set(path, { version, value });
    }
    return value;
  }
}

/** @returns undefined if the file does not exist, or its status cannot be read. */
function versionOf(path: string): string | undefined {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch {
    // The reader reports the reason.
    return undefined;
  }
}
