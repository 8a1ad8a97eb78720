import { readdir } from "node:fs/promises";
import { MccError } from "../../../protocol/error";
import { makeFolder } from "../../support/files/make-folder";
import { refuseForeignEntries, refuseUntrustedPath } from "../../support/files/trusted-path";

/** Files that may be in a state folder before the daemon's first start is complete. */
const early = ["lock", "mccserver.log", "server-id.new"];

/**
 * Creates the state folder if it is missing, and refuses one that the daemon cannot use.
 *
 * @returns the topmost folder that was created; undefined if it existed.
 * @throws MccError as `refuseForeignFolder` does.
 */
export async function makeStateFolder(folder: string): Promise<string | undefined> {
  await refuseUntrustedPath(folder, subjectOf(folder));
  const made = await makeFolder(folder);
  await refuseForeignFolder(folder);
  return made;
}

/**
 * Refuses a state folder into which other users could put files, or that belongs to no daemon. Changes nothing.
 *
 * @throws MccError `conflict`
 */
export async function refuseForeignFolder(folder: string): Promise<void> {
  await refuseUntrustedPath(folder, subjectOf(folder));
  await refuseStrangers(folder);
  await refuseForeignEntries(folder, subjectOf(folder));
}

function subjectOf(folder: string): { readonly what: string; readonly remedy: string } {
  return { what: `the state folder ${folder}`, remedy: "choose a folder elsewhere with --state-dir" };
}

/**
 * Refuses a folder with other files than a daemon's, for example a home folder, because `--purge` removes the whole state
 * folder. The file `server-id` identifies a daemon's folder.
 */
async function refuseStrangers(folder: string): Promise<void> {
  const entries = await readdir(folder);
  const [stranger] = entries.filter((entry) => !early.includes(entry));
  if (stranger !== undefined && !entries.includes("server-id")) {
    throw new MccError(
      "conflict",
      `The folder ${folder} is not a daemon's: it has "${stranger}" in it and no server-id; nothing was changed. Give an empty or a new folder with --state-dir. If the server-id was lost, put it back: a line with the serverId that mcc server-info and Pulumi's state show.`,
    );
  }
}
