import { MccError } from "../../protocol/error";

/** Longer ones would not fit into the head of a request. */
const longestToken = 4096;

/**
 * A token as it goes into a header, without the white space around it that files and variables add.
 *
 * @throws MccError `invalid` for what is no token. The text is not named, as it may be another secret.
 */
export function parseToken(text: string): string {
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token) || token.length > longestToken) {
    throw new MccError(
      "invalid",
      "The token in MCC_TOKEN or minicloud:token cannot be used: it is blank, far too long, or has characters that no token has. Give what the file token in the daemon's state folder holds.",
    );
  }
  return token;
}
