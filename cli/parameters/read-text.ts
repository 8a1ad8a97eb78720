import { readFile } from "node:fs/promises";
import { text as readStream } from "node:stream/consumers";
import { MccError, messageOf } from "../../protocol/error";
import type { Io } from "../io";

/**
 * Returns the text of a file, or of standard input for `-`.
 *
 * @param refusal returns the error message, from the system's reason.
 * @throws MccError `invalid` if the file cannot be read.
 */
export async function readText(io: Io, path: string, refusal: (reason: string) => string): Promise<string> {
  try {
    return path === "-" ? await readStream(io.stdin) : await readFile(path, "utf8");
  } catch (error) {
    throw new MccError("invalid", refusal(messageOf(error)));
  }
}
