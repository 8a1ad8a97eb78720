import { createRequire } from "node:module";
import { join } from "node:path";
import { checkout } from "../../quickstart/checkout.mjs";
import { debianImage } from "./debian-image.mjs";
import { canMakeContainers } from "./machine.mjs";
import { runMocha } from "./mocha.mjs";

const compiled = join(checkout, "dist");

/** Runs the tests of containers and the engine in namespaces of their own, on a machine that is prepared. */
export async function runRealTests(files, options) {
  if (!canMakeContainers()) {
    return {
      passed: 0,
      failed: [],
      skipped: files.map((file) => `${file}: only root on Linux can make containers`),
    };
  }
  const { findPulumiCli } = createRequire(import.meta.url)(
    join(compiled, "quickstart/pulumi-cli/pulumi-cli.js"),
  );
  const { binFolder } = await findPulumiCli();
  return runMocha("tests with containers and the engine", files, options, {
    before: [process.execPath, join(compiled, "isolated", "main.js")],
    timeoutMinutes: 45,
    testTimeoutMs: 120_000,
    env: { PATH: `${binFolder}:${process.env.PATH}`, ...(await debianImage(files)) },
  });
}
