import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../scripts/checkout.mjs";
import { runCommand } from "./command.mjs";

/** The version of a later release, for tests of upgrades. */
const later = "99.0.0";

/**
 * The packages for the tests that install them, which find them by the environment variable. They are built while there
 * is still a network to get Node from.
 */
export async function packages(files) {
  if (!files.some((file) => file.includes("/packaging/"))) {
    return {};
  }
  const folder = join(tmpdir(), "packages");
  const build = [join(checkout, "dist", "packager", "main.js"), "--output", folder];
  for (const words of [[], ["--format", "deb", "--version", later]]) {
    const title = "the packages of this checkout";
    if (!(await runCommand(title, process.execPath, [...build, ...words], { live: true })).succeeded) {
      throw new Error("The packages could not be built.");
    }
  }
  return { MINICLOUD_TEST_PACKAGES: folder };
}
