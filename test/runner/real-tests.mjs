import { createRequire } from "node:module";
import { join } from "node:path";
import { checkout } from "../../quickstart/checkout.mjs";
import { runCommand } from "./command.mjs";
import { runMocha } from "./mocha.mjs";

const compiled = join(checkout, "dist");

/** Installs what containers and the engine need, then runs their tests in namespaces of their own. */
export async function runRealTests(files, options) {
  if (process.platform !== "linux" || process.getuid() !== 0) {
    return {
      passed: 0,
      failed: 0,
      skipped: files.map((file) => `${file}: only root on Linux can make containers`),
    };
  }
  const prepare = [join(compiled, "quickstart", "main.js"), "--prepare"];
  if (!(await runCommand("what containers and the engine need", process.execPath, prepare))) {
    return { passed: 0, failed: 1, skipped: [] };
  }
  const { findPulumiCli } = createRequire(import.meta.url)(
    join(compiled, "quickstart/pulumi-cli/pulumi-cli.js"),
  );
  const { binFolder } = await findPulumiCli();
  return runMocha("tests with containers and the engine", files, options, {
    before: [process.execPath, join(compiled, "isolated", "main.js")],
    timeoutMinutes: 25,
    testTimeoutMs: 120_000,
    env: { PATH: `${binFolder}:${process.env.PATH}` },
  });
}
