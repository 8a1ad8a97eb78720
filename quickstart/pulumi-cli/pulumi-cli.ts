import { homedir } from "node:os";
import { join } from "node:path";
import { MccError, messageOf } from "../../protocol/error";
import { buildFromModule, builtVersion, goVersion } from "./build";
import { download, releaseVersion } from "./download";
import { findOnPath, findUnder, type PulumiCli } from "./find";
import { installWhole } from "./install";

/** The folder into which Pulumi's own installers install `<version>/bin/pulumi`. */
const versionsFolder = join(homedir(), ".pulumi", "versions");

/**
 * Returns a Pulumi CLI that works with this package. It uses the first of these that is available:
 *
 * 1. the CLI on PATH
 * 2. the newest one in `~/.pulumi/versions`
 * 3. the official release, which it downloads
 * 4. a build from the Go module with this project's language host, if Go is installed
 *
 * It installs 3 and 4 into `~/.pulumi/versions`, completely or not at all.
 *
 * @param say receives the steps that take long.
 * @throws MccError `unavailable` with the failures, and how to install a CLI manually.
 */
export async function providePulumiCli(say: (text: string) => void): Promise<PulumiCli> {
  return (await findPulumiCli()) ?? getPulumiCli(say);
}

/** Returns an installed CLI that works: the one on PATH, or else the newest one. */
export async function findPulumiCli(): Promise<PulumiCli | undefined> {
  return (await findOnPath()) ?? findUnder(versionsFolder);
}

async function getPulumiCli(say: (text: string) => void): Promise<PulumiCli> {
  say(`downloading release ${releaseVersion}`);
  try {
    return await installWhole(versionsFolder, releaseVersion, download);
  } catch (downloadError) {
    const go = await goVersion();
    if (go === undefined) {
      throw new MccError(
        "unavailable",
        `Downloading the Pulumi CLI failed (${messageOf(downloadError)}), and there is no Go to build it. ` +
          "Install it as described in https://www.pulumi.com/docs/install, or add it to PATH, and try again.",
        { cause: downloadError },
      );
    }
    say(
      `the download failed; building ${builtVersion} from its Go module with ${go}, which takes some minutes`,
    );
    return installWhole(versionsFolder, builtVersion, (folder) => buildFromModule(folder, say));
  }
}
