import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Returns the folder of this package: the nearest one above this file with a package.json. A program that is bundled is in
 * another folder than a compiled file.
 */
export function packageFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json"))) {
    const above = dirname(folder);
    if (above === folder) {
      throw new Error(
        `No folder above ${__dirname} has the package.json of minicloud; install the package again.`,
      );
    }
    folder = above;
  }
  return folder;
}
