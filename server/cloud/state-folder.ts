import { readdir } from "node:fs/promises";
import { MccError } from "../../protocol/error";

/** What may be in a state folder before the daemon's first start is over. */
const early = ["lock", "mccserver.log"];

/**
 * Refuses a folder with things in it that are not a daemon's, a home for instance: `--purge` removes the state
 * folder as a whole. The file `server-id` tells one that is a daemon's.
 *
 * @throws MccError `conflict`
 */
export async function refuseForeignFolder(folder: string): Promise<void> {
  const entries = await readdir(folder);
  const [stranger] = entries.filter((entry) => !early.includes(entry));
  if (stranger !== undefined && !entries.includes("server-id")) {
    throw new MccError(
      "conflict",
      `The folder ${folder} is not a daemon's: it has "${stranger}" in it and no server-id; nothing was changed. Give an empty or a new folder with --state-dir.`,
    );
  }
}
