import { PulumiCommand } from "@pulumi/pulumi/automation";
import { version } from "@pulumi/pulumi/version";

/** The release of the installed SDK. */
export const releaseVersion = version;

/** Installs the official release into `<folder>/bin` with Pulumi's own installer. */
export async function download(folder: string): Promise<void> {
  await PulumiCommand.install({ root: folder });
}
