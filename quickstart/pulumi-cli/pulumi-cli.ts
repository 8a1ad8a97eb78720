import { homedir } from "node:os";
import { join } from "node:path";
import { MccError, messageOf } from "../../protocol/error";
import { buildFromModule, builtVersion, goVersion } from "./build";
import { download, releaseVersion } from "./download";
import { findOnPath, findUnder, type PulumiCli } from "./find";
import { installWhole } from "./install";

/** Where Pulumi's own installers put their versions: `<version>/bin/pulumi`. */
const versionsFolder = join(homedir(), ".pulumi", "versions");

/**
 * A Pulumi CLI that works with this package: the one on PATH, else one under `~/.pulumi/versions`, else the
 * official release, which is downloaded, else, where that cannot be reached and Go is installed, one built from
 * its Go module with a language host of our own. What it gets it puts under `~/.pulumi/versions`, once, and whole
 * or not at all.
 *
 * @param say is told what takes long.
 * @throws MccError `unavailable` that says what was tried and how to install a CLI by hand.
 */
export async function providePulumiCli(say: (text: string) => void): Promise<PulumiCli> {
  return (await findPulumiCli()) ?? getPulumiCli(say);
}

/** The newest CLI that is here already and works. */
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
        `The Pulumi CLI cannot be downloaded (${messageOf(downloadError)}), and there is no Go to build it with. ` +
          "Install it as https://www.pulumi.com/docs/install says, or put it on PATH, and try again.",
        { cause: downloadError },
      );
    }
    say(
      `the release cannot be downloaded; building ${builtVersion} from its Go module with ${go}, some minutes`,
    );
    return installWhole(versionsFolder, builtVersion, (folder) => buildFromModule(folder, say));
  }
}
