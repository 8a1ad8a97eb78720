import { MccError } from "../../protocol/error";

/** The limit of a token, so that it fits into the head of a request. */
const longestToken = 4096;

/**
 * Returns a token for a header, without the white space that files and variables add.
 *
 * @throws MccError `invalid` for an invalid token. The message does not quote it, because it can be another secret.
 */
export function parseToken(text: string): string {
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token) || token.length > longestToken) {
    throw new MccError(
      "invalid",
      "The token in MCC_TOKEN or minicloud:token is not valid: it is empty, too long, or has characters that are not allowed. Give the contents of the file token in the daemon's state folder.",
    );
  }
  return token;
}
