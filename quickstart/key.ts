import { existsSync } from "node:fs";
import { execa } from "execa";
import { makeFolder } from "./folder";
import type { Work } from "./step";

/** Creates a key pair for the hosts, unless it exists. */
export async function makeKey({ place }: Work): Promise<string> {
  if (!existsSync(place.publicKey)) {
    await makeFolder(place);
    const words = ["-q", "-t", "ed25519", "-N", "", "-C", "minicloud-quickstart", "-f", place.privateKey];
    await execa("ssh-keygen", words);
  }
  return place.privateKey;
}
