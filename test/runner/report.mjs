import { seconds } from "./command.mjs";

const slowestShown = 10;

/** Prints the times, then each failure, then the sum. @returns whether nothing failed. */
export function report(results, watch) {
  printTimes(results, watch);
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

function printTimes(results, watch) {
  const parts = [...watch.parts, ["in all", watch.total]];
  console.log(`\n== times: ${parts.map(([name, time]) => `${name} ${seconds(time)}`).join(", ")}`);
  const slowest = results
    .flatMap(({ times = [] }) => times)
    .sort((one, other) => other.milliseconds - one.milliseconds)
    .slice(0, slowestShown);
  slowest.forEach(({ file, milliseconds }) => console.log(`${seconds(milliseconds).padStart(9)}  ${file}`));
}
