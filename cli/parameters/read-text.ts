import { readFile } from "node:fs/promises";
import { text as readStream } from "node:stream/consumers";
import { MccError, messageOf } from "../../protocol/error";
import type { Io } from "../io";

/**
 * The text of a file, or with `-` what comes on standard input.
 *
 * @param refusal what to say of one that cannot be read, from the system's reason.
 * @throws MccError `invalid`.
 */
export async function readText(io: Io, path: string, refusal: (reason: string) => string): Promise<string> {
  try {
    return path === "-" ? await readStream(io.stdin) : await readFile(path, "utf8");
  } catch (error) {
    throw new MccError("invalid", refusal(messageOf(error)));
  }
}
