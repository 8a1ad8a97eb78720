import { existsSync } from "node:fs";
import { daemonWords, mccserver } from "./daemon";
import type { Work } from "./step";

/** Removes instances, bridge, firewall rules, images and the state folder, which contains the quickstart's folder. */
export async function purge(work: Work): Promise<string> {
  const { stateFolder } = work.place;
  if (!existsSync(stateFolder)) {
    return `nothing in ${stateFolder}`;
  }
  await mccserver([...daemonWords(work), "--purge"]);
  return `${stateFolder} removed; packages and the Pulumi CLI stay`;
}
