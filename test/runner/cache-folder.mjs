import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { checkout } from "../../scripts/checkout.mjs";

/** What runs keep for later ones, of this checkout or another: it is the user's, and may be removed at any time. */
const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "minicloud-tests");

/** A path in the cache, whose folder exists. */
export function cachePath(name) {
  const path = join(cacheFolder, name);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** What was kept under the name, or undefined. */
export function readCache(name) {
  try {
    return JSON.parse(readFileSync(join(cacheFolder, name), "utf8"));
  } catch (error) {
    // Another run's file that was cut off is as good as none.
    if (error.code === "ENOENT" || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** Keeps a value under the name, as a whole: another run may read it at the same time. */
export function writeCache(name, value) {
  const path = cachePath(name);
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(value));
  renameSync(aside, path);
}

/** Removes all but the newest entries of a folder of the cache. */
export function keepNewest(folder, count) {
  const path = join(cacheFolder, folder);
  const newestFirst = readdirSync(path)
    .map((name) => ({ name, time: statSync(join(path, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((one, other) => other.time - one.time);
  newestFirst.slice(count).forEach(({ name }) => rmSync(join(path, name), { force: true }));
}

/** A digest of the files' contents and of their paths, which are seen from the checkout. */
export function digestOf(paths, ...texts) {
  const hash = createHash("sha256");
  texts.forEach((text) => hash.update(`${text}\0`));
  [...paths].sort().forEach((path) => {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(checkout, path)))
      .update("\0");
  });
  return hash.digest("hex").slice(0, 32);
}
