import { join } from "node:path";
import { MccError } from "../../protocol/error";
import { isPrivateKey, normalisePublicKey, parsePublicKey } from "../../protocol/public-key";
import type { Io } from "../io";
import { confirm } from "./confirm";
import { readText } from "./read-text";
import { text } from "./values";

/** The option for a public key. */
export const publicKeyOption = {
  syntax: "-p, --public-key <KEY>",
  help: "the key, its file, or - for standard input (default: ~/.ssh/id_ed25519.pub, after confirmation)",
  value: text.optional(),
  names: ["file"],
} as const;

/**
 * Reads a public key and normalises it to the form that the daemon stores.
 *
 * @param given the text of a key, the path of a file, or `-` for standard input. Without it, the function asks the
 * user whether to use ~/.ssh/id_ed25519.pub.
 * @throws MccError `invalid` if there is no valid key, or the user does not confirm.
 */
export async function readPublicKey(io: Io, given: string | undefined): Promise<string> {
  if (given === undefined) {
    return await offerOwnKey(io);
  }
  // The text of a key has a space after its type, so it is not the name of a file.
  const isText = /^\s*(ssh|ecdsa|sk)-\S+\s/.test(given) || isPrivateKey(given);
  return normalisePublicKey(
    isText ? given : await readText(io, given, (reason) => neitherNor(given, reason)),
  );
}

function neitherNor(given: string, reason: string): string {
  return `"${given.slice(0, 80)}" is neither the text of a public key nor a readable file (${reason}); give a file such as ~/.ssh/id_ed25519.pub.`;
}

async function offerOwnKey(io: Io): Promise<string> {
  const path = join(io.homeFolder, ".ssh", "id_ed25519.pub");
  const key = normalisePublicKey(
    await readText(
      io,
      path,
      (reason) =>
        `No public key was given, and reading your own key failed (${reason}); give --public-key, or create a key with ssh-keygen -t ed25519.`,
    ),
  );
  const { fingerprint, comment } = parsePublicKey(key);
  const isWanted = await confirm(
    io,
    `Use ${path} (${fingerprint} ${comment})?`,
    `give --public-key ${path} to use your own`,
  );
  if (!isWanted) {
    throw new MccError("invalid", "No public key was given; give --public-key.");
  }
  return key;
}
