import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { MccError } from "../protocol/error";

/** A program of the host that the build of an image needs. */
export interface HostProgram {
  readonly path: string;
  /** The Debian package that contains it. */
  readonly debianPackage: string;
  readonly purpose: string;
}

/** Checks that the programs exist. @throws MccError `unavailable` that names the packages to install. */
export async function requirePrograms(image: string, programs: readonly HostProgram[]): Promise<void> {
  const missing = await missingPrograms(programs);
  if (missing.length > 0) {
    throw new MccError(
      "unavailable",
      `Building the image ${image} needs ${missing.map(({ path, purpose }) => `${path} (${purpose})`).join(", ")}. ` +
        `Install them: apt-get install ${missing.map(({ debianPackage }) => debianPackage).join(" ")}`,
    );
  }
}

/** Returns the programs that this host lacks. */
export async function missingPrograms(programs: readonly HostProgram[]): Promise<HostProgram[]> {
  const present = await Promise.all(
    programs.map(({ path }) =>
      access(path, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return programs.filter((_, index) => !present[index]);
}
