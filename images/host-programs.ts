import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { MccError } from "../protocol/error";

/** A program of the host's that the building of an image needs. */
export interface HostProgram {
  readonly path: string;
  /** The Debian package that has it, and what it is needed for. */
  readonly debianPackage: string;
  readonly purpose: string;
}

/** @throws MccError `unavailable` that names the packages to install. */
export async function requirePrograms(image: string, programs: readonly HostProgram[]): Promise<void> {
  const missing = await missingPrograms(programs);
  if (missing.length > 0) {
    throw new MccError(
      "unavailable",
      `The image ${image} cannot be built without ${missing.map(({ path, purpose }) => `${path} (${purpose})`).join(", ")}. ` +
        `Install them: apt-get install ${missing.map(({ debianPackage }) => debianPackage).join(" ")}`,
    );
  }
}

/** Those that this host does not have. */
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
