import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../quickstart/checkout.mjs";
import { runCommand } from "./command.mjs";

/**
 * @param before words of a command that runs mocha in surroundings of its own.
 * @param testTimeoutMs for one test; it is there to end what hangs, so it is long.
 */
export async function runMocha(
  heading,
  files,
  options,
  { before = [], timeoutMinutes = 10, testTimeoutMs = 20_000, env = {} } = {},
) {
  const tallyFile = join(tmpdir(), "tally.json");
  const [command, ...words] = [
    ...before,
    process.execPath,
    "--enable-source-maps",
    join(checkout, "node_modules", "mocha", "bin", "mocha.js"),
    "--require",
    join(checkout, "test", "runner", "nothing-left.cjs"),
    "--reporter",
    join(checkout, "test", "runner", "tally-reporter.cjs"),
    "--reporter-option",
    `file=${tallyFile}`,
    "--timeout",
    String(testTimeoutMs),
    ...options,
    ...files,
  ];
  const succeeded = await runCommand(heading, command, words, { timeoutMinutes, env });
  try {
    const tally = JSON.parse(readFileSync(tallyFile, "utf8"));
    // Something beside the tests failed: their surroundings, or a hook after the last of them.
    return succeeded || tally.failed.length > 0
      ? tally
      : { ...tally, failed: [`${heading}: something beside the tests`] };
  } catch (error) {
    if (error.code !== "ENOENT") {
      throw error;
    }
    return { passed: 0, failed: [`${heading}: ended without a result`], skipped: [] };
  } finally {
    rmSync(tallyFile, { force: true });
  }
}
