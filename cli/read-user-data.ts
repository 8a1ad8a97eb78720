import { readFile } from "node:fs/promises";
import { text as readStream } from "node:stream/consumers";
import { z } from "zod";
import { MccError, messageOf } from "../protocol/error";
import { userDataSchema } from "../protocol/user-data";
import { validate } from "../protocol/validate";
import { text } from "./values";

export const userDataOption = {
  syntax: "--user-data <FILE>",
  help: "a script to run once as root in each, after its first start; - reads it from standard input",
  value: text.optional(),
  names: ["file"],
} as const;

/** The script in a file, or with `-` on standard input. @throws MccError `invalid`. */
export async function readUserData(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) {
    return undefined;
  }
  const script = path === "-" ? await readStream(process.stdin) : await textOf(path);
  // Here already: what XML cannot carry would not get as far as the daemon.
  const { userData } = validate(z.object({ userData: userDataSchema }), { userData: script }, path);
  return userData;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new MccError(
      "invalid",
      `The userData file "${path}" cannot be read (${messageOf(error)}); give the path of a script, or - for standard input.`,
    );
  }
}
