import { join } from "node:path";
import { MccError } from "../../../protocol/error";
import { replaceFile } from "../../support/files/json-file";
import { readKeptText } from "../../support/files/kept-file";
import type { DamagedFiles } from "./damaged-files";
import type { LateWrites } from "./late-writes";

/**
 * The format of this release's state folder. Raise it when an earlier release would misread or damage the files of a new
 * one. A record that only gains a member needs that too, because unknown members are refused.
 */
export const stateFormat = 2;
/** The format of the first release, which had no such file. */
const firstFormat = 1;

/**
 * Reads the format of the state folder, which may be one that this release upgrades.
 *
 * @throws MccError `conflict` for a folder of a newer release, which stays unchanged; `invalid` for a file that was
 * edited and has no format in it.
 */
export async function readStateFormat(stateFolder: string): Promise<number> {
  const path = join(stateFolder, "format");
  const reading = await readKeptText(path);
  const text =
    reading.outcome === "missing"
      ? String(firstFormat)
      : reading.outcome === "read"
        ? reading.value.trim()
        : "";
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new MccError(
      "invalid",
      `${path} holds no format (a whole number); put back the one that was in it: this release writes ${stateFormat}.`,
    );
  }
  const format = Number(text);
  if (format > stateFormat) {
    throw new MccError(
      "conflict",
      `The state folder ${stateFolder} has format ${format}, and this release knows formats up to ${stateFormat}: a newer release wrote it, and nothing was changed. Install that release or a later one, or choose another folder with --state-dir.`,
    );
  }
  return format;
}

/**
 * Refuses a folder of a newer release. A folder whose format is damaged is accepted.
 *
 * @throws MccError `conflict`
 */
export async function refuseNewerFormat(stateFolder: string): Promise<void> {
  await readOrUndefined(stateFolder);
}

/**
 * Upgrades a folder that `refuseNewerFormat` has accepted to this release's format. Where the file system refuses the file,
 * it is written later.
 */
export async function openStateFormat(
  stateFolder: string,
  damaged: DamagedFiles,
  lateWrites: Pick<LateWrites, "attempt">,
): Promise<void> {
  const format = await readOrUndefined(stateFolder);
  if (format === undefined) {
    await damaged.setAside(
      join(stateFolder, "format"),
      `it holds no format; format ${stateFormat} is assumed`,
    );
  }
  if (format !== stateFormat) {
    await lateWrites.attempt("the format of the state folder", () => writeStateFormat(stateFolder));
  }
}

async function readOrUndefined(stateFolder: string): Promise<number | undefined> {
  try {
    return await readStateFormat(stateFolder);
  } catch (error) {
    if (MccError.hasCode(error, "invalid")) {
      return undefined;
    }
    throw error;
  }
}

/** Declares that the folder has this release's format: earlier releases then refuse it. */
export async function writeStateFormat(stateFolder: string): Promise<void> {
  await replaceFile(join(stateFolder, "format"), `${stateFormat}\n`, 0o644);
}
