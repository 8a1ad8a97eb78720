/**
 * Installs and compiles a checkout, then runs one of its compiled programs in this process:
 *
 *   node scripts/bootstrap.mjs [<file under dist> [argument...]]
 *
 * Needs only Node and npm. It is quiet and fast if there is nothing to do.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { build, compileStarter } from "./build.mjs";
import { checkout } from "./checkout.mjs";
import { installDependencies } from "./dependencies.mjs";

const [program, ...words] = process.argv.slice(2);
try {
  installDependencies();
  build();
  if (program === undefined) {
    // The compiler and the header may be installed after a build. The programs do not look for them each time.
    compileStarter();
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
if (program !== undefined) {
  const path = join(checkout, "dist", program);
  process.argv = [process.execPath, path, ...words];
  createRequire(import.meta.url)(path);
}
