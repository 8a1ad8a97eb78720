/**
 * Everything that shows whether MiniCloud works, from a fresh clone on:
 *
 *   node test/run.mjs                     install, build, lint, all tests
 *   node test/run.mjs --lint [FILE...]    lint, of some files in seconds; of everything, after a build
 *   node test/run.mjs --unit              build, and the tests that need neither containers nor the Pulumi engine
 *   node test/run.mjs WORD... [OPTION...] the tests whose path has one of the words in it; options are mocha's
 *
 * The last line counts what passed, failed and was skipped. With CI set, a skipped test is a failed one.
 */
import { build } from "../scripts/build.mjs";
import { installDependencies } from "../scripts/dependencies.mjs";
import { findLeftovers, lookAtHost } from "./runner/leftovers.mjs";
import { canMakeContainers, prepareMachine } from "./runner/machine.mjs";
import { report } from "./runner/report.mjs";
import { Stopwatch } from "./runner/stopwatch.mjs";
import { ownTemporaryFolder } from "./runner/temporary-folder.mjs";
import { findTestFiles } from "./runner/test-files.mjs";

/**
 * The parts of a run, each a row with what loads it, as some need packages that are installed first. Parts of one stage
 * run at the same time. A part returns `{ passed, failed: [what and why], skipped: [why], times: [{ file, milliseconds }] }`.
 */
const parts = {
  lint: { stage: 1, run: async ({ chosen }) => (await import("./runner/lint.mjs")).lint(chosen) },
  unit: {
    stage: 1,
    run: async ({ unit }, options) => (await import("./runner/unit-tests.mjs")).runUnitTests(unit, options),
  },
  real: {
    stage: 2,
    run: async ({ real }, options) => (await import("./runner/real-tests.mjs")).runRealTests(real, options),
  },
};

async function run({ flag, filters, options }) {
  const watch = new Stopwatch();
  watch.time("install", installDependencies);
  if (flag === "--lint" && filters.length > 0) {
    return report([await parts.lint.run({ chosen: filters })], watch);
  }
  watch.time("build", build);
  const files = findTestFiles(filters);
  const chosen = partsOf({ flag, filters, options }, files);
  if (chosen.includes("real") && canMakeContainers()) {
    await watch.time("prepare", prepareMachine);
  }
  const host = lookAtHost();
  const results = [];
  for (const stage of [1, 2]) {
    const now = chosen.filter((name) => parts[name].stage === stage);
    const done = now.map((name) => watch.time(name, () => parts[name].run(files, options)));
    results.push(...(await Promise.all(done)));
  }
  results.push(await findLeftovers(host));
  return report(results, watch);
}

function partsOf({ flag, filters, options }, { unit, real }) {
  if (flag !== undefined) {
    return [flag.slice(2)];
  }
  if (unit.length + real.length === 0) {
    throw new Error(`No test file has ${filters.map((word) => `"${word}"`).join(" or ")} in its path.`);
  }
  return [
    ...(filters.length + options.length === 0 ? ["lint"] : []),
    ...(unit.length > 0 ? ["unit"] : []),
    ...(real.length > 0 ? ["real"] : []),
  ];
}

function readWords(words) {
  const [flag] = words.filter((word) => word === "--unit" || word === "--lint");
  const rest = words.filter((word) => word !== flag);
  const firstOption = rest.findIndex((word) => word.startsWith("-"));
  const end = firstOption === -1 ? rest.length : firstOption;
  return { flag, filters: rest.slice(0, end), options: rest.slice(end) };
}

try {
  const words = readWords(process.argv.slice(2));
  const succeeded = await ownTemporaryFolder(() => run(words));
  process.exitCode = succeeded ? 0 : 1;
} catch (error) {
  console.error(`test: ${error.message}`);
  process.exitCode = 1;
}
