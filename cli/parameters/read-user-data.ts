import * as z from "zod";
import { userDataSchema } from "../../protocol/methods/values/user-data";
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

/** Reads the script from a file, or from standard input for `-`. @throws MccError `invalid`. */
export async function readUserData(io: Io, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) {
    return undefined;
  }
  const script = await readText(
    io,
    path,
    (reason) =>
      `Reading the userData file "${path}" failed (${reason}); give the path of a script, or - for standard input.`,
  );
  // Checked before the call, because the client cannot encode characters that XML forbids.
  const { userData } = validate(z.object({ userData: userDataSchema }), { userData: script }, path);
  return userData;
}
