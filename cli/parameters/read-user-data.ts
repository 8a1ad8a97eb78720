import { z } from "zod";
import { userDataSchema } from "../../protocol/methods/user-data";
import { validate } from "../../protocol/validate";
import type { Io } from "../io";
import { readText } from "./read-text";
import { text } from "./values";

export const userDataOption = {
  syntax: "--user-data <FILE>",
  help: "script to run once as root after the first start; - reads standard input",
  value: text.optional(),
  names: ["file"],
} as const;

/** The script in a file, or with `-` on standard input. @throws MccError `invalid`. */
export async function readUserData(io: Io, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) {
    return undefined;
  }
  const script = await readText(
    io,
    path,
    (reason) =>
      `The userData file "${path}" cannot be read (${reason}); give the path of a script, or - for standard input.`,
  );
  // Here already: what XML cannot carry would not get as far as the daemon.
  const { userData } = validate(z.object({ userData: userDataSchema }), { userData: script }, path);
  return userData;
}
