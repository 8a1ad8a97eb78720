import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../scripts/checkout.mjs";
import { runCommand } from "./command.mjs";

let runs = 0;

/**
 * Runs test files in one mocha.
 *
 * @param before words of a command that runs mocha in surroundings of its own.
 * @param testTimeoutMs for one test. It ends what hangs, so it is long.
 * @returns the tally, with the time that each file took.
 */
export async function runMocha(
  heading,
  files,
  options,
  { before = [], timeoutMinutes = 10, testTimeoutMs = 20_000, env = {}, live = false } = {},
) {
  const resultFile = join(tmpdir(), `result-${++runs}`);
  const tallyFile = `${resultFile}.json`;
  const timesFile = `${resultFile}.times`;
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
  const { succeeded } = await runCommand(heading, command, words, {
    timeoutMinutes,
    live,
    env: { ...env, MINICLOUD_TEST_TIMES: timesFile },
  });
  const tally = readTally(tallyFile, heading, succeeded);
  const times = readLines(timesFile).map((line) => JSON.parse(line));
  rmSync(tallyFile, { force: true });
  rmSync(timesFile, { force: true });
  return { ...tally, times };
}

function readTally(path, heading, succeeded) {
  const text = readLines(path).join("\n");
  if (text === "") {
    return { passed: 0, failed: [`${heading}: ended without a result`], skipped: [] };
  }
  const tally = JSON.parse(text);
  // The surroundings of the tests failed, or a hook after the last of them.
  return succeeded || tally.failed.length > 0
    ? tally
    : { ...tally, failed: [`${heading}: failed outside of its tests`] };
}

/** None of a file that is not there. */
function readLines(path) {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    if (error.code === "ENOENT") {
      return [];
    }
    throw error;
  }
}
