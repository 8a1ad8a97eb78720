import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "../../client/discovery/is-alive";
import { MccError } from "../../protocol/error";
import { inspect, type PulumiCli } from "./find";

const unfinished = /^\.unfinished-(\d+)$/;

/**
 * Creates `<versionsFolder>/<version>` completely or not at all: `fill` works in a folder that is renamed at the end.
 * The files of a killed earlier process are removed.
 *
 * @param fill installs `bin/pulumi` and its language host into the given folder.
 */
export async function installWhole(
  versionsFolder: string,
  version: string,
  fill: (folder: string) => Promise<void>,
): Promise<PulumiCli> {
  await mkdir(versionsFolder, { recursive: true });
  await removeLeftovers(versionsFolder);
  const staging = join(versionsFolder, `.unfinished-${process.pid}`);
  const target = join(versionsFolder, version);
  try {
    await mkdir(staging);
    await fill(staging);
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const cli = await inspect(join(target, "bin"));
  if (cli === undefined) {
    throw new MccError(
      "internal",
      `The Pulumi CLI was installed in ${target}, but "pulumi version" fails; remove that folder, and install a CLI manually.`,
    );
  }
  return cli;
}

async function removeLeftovers(versionsFolder: string): Promise<void> {
  for (const name of await readdir(versionsFolder)) {
    const pid = Number(unfinished.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) {
      await rm(join(versionsFolder, name), { recursive: true, force: true });
    }
  }
}
