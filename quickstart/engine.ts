import { daemonWords, mccserver } from "./daemon";
import type { Work } from "./step";

/**
 * Checks whether the daemon can use an Incus or LXD server.
 *
 * @throws MccError `unavailable` that says how to get one; mccserver has printed what is missing, with the remedies.
 */
export async function checkEngine(work: Work): Promise<string> {
  await mccserver(
    [...daemonWords(work), "--check"],
    " docs/cluster.md shows how to install Incus or LXD, on one machine or several.",
  );
  return work.options.engineUrl ?? "the server of this machine";
}
