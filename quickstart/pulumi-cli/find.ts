import { constants } from "node:fs";
import { access, readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { unlessErrno } from "../../protocol/errno";

/** A Pulumi CLI that works and has a language host for Node. */
export interface PulumiCli {
  /** The absolute folder of `pulumi`, which must be first on PATH. */
  readonly binFolder: string;
  /** The version, such as `3.230.0`. */
  readonly version: string;
}

/** The oldest supported CLI. `@pulumi/pulumi` 3.248 needs no newer one. */
const oldestVersion = "3.200.0";

/** Returns the first CLI on PATH that works. */
export function findOnPath(): Promise<PulumiCli | undefined> {
  return firstThatServes(pathFolders());
}

/** Returns the newest CLI in `<folder>/<version>/bin` that works. */
export async function findUnder(folder: string): Promise<PulumiCli | undefined> {
  const versions = (await namesIn(folder)).filter((name) => /^\d+\.\d+\.\d+$/.test(name));
  const newestFirst = versions.sort((one, other) => compareVersions(other, one));
  return firstThatServes(newestFirst.map((version) => join(folder, version, "bin")));
}

async function firstThatServes(folders: string[]): Promise<PulumiCli | undefined> {
  for (const folder of folders) {
    const cli = await inspect(folder);
    if (cli !== undefined && compareVersions(cli.version, oldestVersion) >= 0) {
      return cli;
    }
  }
  return undefined;
}

/** Returns the CLI in this folder. Ignores a broken one, because another one can be installed. */
export async function inspect(binFolder: string): Promise<PulumiCli | undefined> {
  const command = join(binFolder, "pulumi");
  if (!(await isExecutable(command))) {
    return undefined;
  }
  const { stdout, failed } = await execa(command, ["version"], {
    reject: false,
    timeout: 30_000,
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  const version = /^v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (failed || version === undefined) {
    return undefined;
  }
  const hostFolders = [binFolder, dirname(await realpath(command)), ...pathFolders()];
  const hosts = await Promise.all(
    hostFolders.map((folder) => isExecutable(join(folder, "pulumi-language-nodejs"))),
  );
  return hosts.includes(true) ? { binFolder, version } : undefined;
}

function pathFolders(): string[] {
  return (process.env["PATH"] ?? "").split(":").filter((folder) => folder.startsWith("/"));
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return (await unlessErrno(readdir(folder), "ENOENT")) ?? [];
}

function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
