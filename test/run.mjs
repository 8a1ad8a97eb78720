/**
 * Everything that shows whether MiniCloud works, from a fresh clone on:
 *
 *   node test/run.mjs                     install, build, lint, all tests
 *   node test/run.mjs --lint              build and lint
 *   node test/run.mjs --unit              build, and the tests that need neither containers nor the Pulumi engine
 *   node test/run.mjs WORD... [OPTION...] the tests whose path has one of the words in it; options are mocha's
 *
 * The last line counts what passed, failed and was skipped. With CI set, a skipped test is a failed one.
 */
import { build } from "../quickstart/build.mjs";
import { installDependencies } from "../quickstart/dependencies.mjs";
import { findLeftovers, lookAtHost } from "./runner/leftovers.mjs";
import { lint } from "./runner/lint.mjs";
import { canMakeContainers, prepareMachine } from "./runner/machine.mjs";
import { runMocha } from "./runner/mocha.mjs";
import { runRealTests } from "./runner/real-tests.mjs";
import { ownTemporaryFolder } from "./runner/temporary-folder.mjs";
import { findTestFiles } from "./runner/test-files.mjs";

/** Each part of a run gives back its tally: `{ passed, failed: [what and why], skipped: [why] }`. */
const parts = {
  lint: () => lint(),
  unit: ({ unit }, options) => runMocha("unit tests", unit, options),
  real: ({ real }, options) => runRealTests(real, options),
};

async function run({ flag, filters, options }) {
  installDependencies();
  build();
  const files = findTestFiles(filters);
  const chosen = partsOf({ flag, filters, options }, files);
  if (chosen.includes("real") && canMakeContainers()) {
    await prepareMachine();
  }
  const host = lookAtHost();
  const results = [];
  for (const part of chosen) {
    results.push(await parts[part](files, options));
  }
  return [...results, await findLeftovers(host)];
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

function report(results) {
  const strict = Boolean(process.env.CI);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const skipped = results.flatMap((result) => result.skipped);
  const failed = [
    ...results.flatMap((result) => result.failed),
    ...(strict ? skipped.map((why) => `${why}: it was skipped`) : []),
  ];
  const tolerated = strict ? [] : skipped;
  // Once more, as the place where each failed may be thousands of lines above.
  failed.forEach((why) => console.log(`failed: ${why}`));
  tolerated.forEach((why) => console.log(`skipped: ${why}`));
  const rest = tolerated.length === 0 ? "" : `, ${tolerated.length} skipped`;
  console.log(`${passed} passed, ${failed.length} failed${rest}`);
  return failed.length === 0;
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
  const succeeded = await ownTemporaryFolder(async () => report(await run(words)));
  process.exitCode = succeeded ? 0 : 1;
} catch (error) {
  console.error(`test: ${error.message}`);
  process.exitCode = 1;
}
