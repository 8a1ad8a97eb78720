import { PulumiCommand } from "@pulumi/pulumi/automation";
import { version } from "@pulumi/pulumi/version";

/** The release that belongs to the installed SDK. */
export const releaseVersion = version;

/** Puts the official release into `<folder>/bin`, by Pulumi's own installer. */
export async function download(folder: string): Promise<void> {
  await PulumiCommand.install({ root: folder });
}
