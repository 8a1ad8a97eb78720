import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../scripts/checkout.mjs";
import { runCommand } from "./command.mjs";

const require = createRequire(import.meta.url);
/** The version of a later release, for tests of upgrades. */
const later = "99.0.0";

/**
 * The packages for the tests that install them: of this checkout, of a later release and of the last one. The tests find them by the environment variable. They are built while there
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
  const { packLastRelease } = require(join(checkout, "dist", "test", "packaging", "last-release-package.js"));
  const [present] = readdirSync(folder).filter((name) => name.endsWith(".deb") && !name.includes(later));
  await packLastRelease(join(folder, present), folder);
  return { MINICLOUD_TEST_PACKAGES: folder };
}
