import { availableParallelism } from "node:os";
import { runMocha } from "./mocha.mjs";

/** Runs the tests that run anywhere, as many files at a time as there are processors. */
export function runUnitTests(files, options) {
  const parallel =
    files.length > 1 ? ["--parallel", "--jobs", String(Math.max(2, availableParallelism()))] : [];
  return runMocha("unit tests", files, [...parallel, ...options], { live: true });
}
