import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { checkout } from "../support/checkout";

/** The checkout, seen from the compiled files. */
const presentModules = join(checkout, "node_modules");
/** What runs keep for later ones, of this checkout or another. */
const cacheFolder = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "minicloud-tests",
  "releases",
);

/** Git refuses a checkout of another user's otherwise, and these commands only read. */
const anyOwner = ["-c", "safe.directory=*"];
const packedFolders = ["protocol", "client", "provider", "testing", "cli", "server", "images"];

/** Which release the next one must work with. Raise it when a release is made. */
const releaseSchema = z.strictObject({ version: z.string(), commit: z.string().regex(/^[0-9a-f]{40}$/) });
const manifestSchema = z.object({
  version: z.string(),
  bin: z.record(z.string(), z.string()).default({}),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});

/** A release as npm installs it. */
export interface InstalledPackage {
  readonly version: string;
  /** The path of a file of the package, such as `dist/server/main.js`. */
  readonly path: (file: string) => string;
  /** The path of a command of the package, such as `mcc`. */
  readonly program: (name: string) => string;
}

/** What `npm pack` makes of this checkout, unpacked in the folder. It must have been built. */
export async function installPresent(folder: string): Promise<InstalledPackage> {
  return await unpack(await pack(checkout, folder), presentModules, folder);
}

/** Packs this checkout, which must have been built. @returns the path of the tarball in the folder. */
export async function packPresent(folder: string): Promise<string> {
  return await pack(checkout, folder);
}

/**
 * The same for the last release. It is built from the repository's history, and kept for later runs.
 *
 * @throws Error that says what to do when the history does not reach back to it.
 */
export async function installLastRelease(folder: string): Promise<InstalledPackage> {
  const text = await readFile(join(checkout, "test", "compatibility", "last-release.json"), "utf8");
  const release = releaseSchema.parse(JSON.parse(text));
  await requireCommit(release);
  const cached = join(cacheFolder, release.commit);
  if (!existsSync(cached)) {
    await buildRelease(release.commit, cached);
  }
  const own = join(cached, "node_modules");
  return await unpack(join(cached, "package.tgz"), existsSync(own) ? own : presentModules, folder);
}

/** @throws Error that says how to get the commit. */
export async function requireCommit({ version, commit }: z.output<typeof releaseSchema>): Promise<void> {
  const { failed } = await execa("git", [...anyOwner, "cat-file", "-e", `${commit}^{commit}`], {
    cwd: checkout,
    reject: false,
  });
  if (failed) {
    throw new Error(
      `This checkout has no commit ${commit}, which is release ${version}: the compatibility tests build that release from the repository's history. Fetch it: git fetch --unshallow, or in CI a checkout with fetch-depth 0.`,
    );
  }
}

/** Builds next to the cache and renames, so that another run finds a complete build or none. */
async function buildRelease(commit: string, cached: string): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  const aside = await mkdtemp(join(cacheFolder, ".build-"));
  try {
    const source = join(aside, "source");
    await mkdir(source);
    const archive = execa("git", [...anyOwner, "archive", commit], { cwd: checkout, encoding: "buffer" });
    await execa("tar", ["--extract", "--file=-", `--directory=${source}`], { input: (await archive).stdout });
    const usesPresent = await hasPackagesOf(source);
    if (usesPresent) {
      await symlink(presentModules, join(source, "node_modules"));
    } else {
      await execa("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: source });
    }
    await compile(source);
    await rename(await pack(source, aside), join(aside, "package.tgz"));
    if (!usesPresent) {
      await rename(join(source, "node_modules"), join(aside, "node_modules"));
    }
    await rm(source, { recursive: true });
    await rename(aside, cached);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    // Another run may have been quicker.
    if (!existsSync(cached)) {
      throw error;
    }
  }
}

/** The folders that are packed, without tests: those may need what is not there. */
async function compile(source: string): Promise<void> {
  const project = join(source, "tsconfig.release.json");
  const include = packedFolders.map((folder) => `${folder}/**/*`);
  await writeFile(project, JSON.stringify({ extends: "./tsconfig.json", include }));
  const compiler = join(source, "node_modules", "typescript", "bin", "tsc");
  await execa(process.execPath, [compiler, "--project", project], { cwd: source });
}

/** Whether this checkout has installed all that the release names, in the same versions. */
async function hasPackagesOf(source: string): Promise<boolean> {
  const [then, now] = await Promise.all([source, checkout].map(packagesOf));
  return Object.entries(then ?? {}).every(([name, version]) => now?.[name] === version);
}

async function packagesOf(folder: string): Promise<Record<string, string>> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
  return { ...manifest.dependencies, ...manifest.devDependencies };
}

/** @returns the path of the tarball. */
async function pack(source: string, folder: string): Promise<string> {
  await execa("npm", ["pack", "--ignore-scripts", `--pack-destination=${folder}`], {
    cwd: source,
    env: { npm_config_loglevel: "error" },
  });
  const [tarball = ""] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  return join(folder, tarball);
}

async function unpack(tarball: string, modules: string, folder: string): Promise<InstalledPackage> {
  await execa("tar", ["--extract", "--gzip", `--file=${tarball}`, `--directory=${folder}`]);
  await symlink(modules, join(folder, "node_modules"));
  const root = join(folder, "package");
  const { version, bin } = manifestSchema
    .pick({ version: true, bin: true })
    .parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  return {
    version,
    path: (file) => join(root, file),
    program: (name) => join(root, bin[name] ?? `no program ${name}`),
  };
}
