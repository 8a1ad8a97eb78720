import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { checkout } from "../../scripts/checkout.mjs";
import { readCache, writeCache } from "./cache-folder.mjs";
import { debianImage } from "./debian-image.mjs";
import { canMakeContainers } from "./machine.mjs";
import { runMocha } from "./mocha.mjs";
import { packages } from "./packages.mjs";

const compiled = join(checkout, "dist");
const require = createRequire(import.meta.url);
/** One more than there are processors, as tests that wait for a timeout or a kill leave theirs to another. */
const lanes = availableParallelism() + 1;
const knownTimes = "real-test-times.json";

/**
 * Runs the tests of containers and the engine on a machine that is prepared. Each file is a shard: it has a process and
 * namespaces of its own, so that several run at a time and none disturbs another. The
 * longest begin first, by what they took the last time.
 */
export async function runRealTests(files, options) {
  if (!canMakeContainers()) {
    return {
      passed: 0,
      failed: [],
      skipped: files.map((file) => `${file}: only root on Linux can make containers`),
      times: [],
    };
  }
  const env = await surroundings(files);
  const limit = pLimit(lanes);
  const known = readCache(knownTimes) ?? {};
  const results = await Promise.all(
    longestFirst(files, known).map((file) =>
      limit(() =>
        runMocha(file, [file], options, {
          before: [process.execPath, join(compiled, "isolated", "main.js")],
          timeoutMinutes: 30,
          testTimeoutMs: 120_000,
          env,
          live: files.length === 1,
        }),
      ),
    ),
  );
  const times = results.flatMap((result) => result.times);
  writeCache(knownTimes, {
    ...known,
    ...Object.fromEntries(times.map((row) => [row.file, row.milliseconds])),
  });
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.flatMap(({ failed }) => failed),
    skipped: results.flatMap(({ skipped }) => skipped),
    times,
  };
}

/** What all of them need and none has to make again. */
async function surroundings(files) {
  const { findPulumiCli } = require(join(compiled, "quickstart/pulumi-cli/pulumi-cli.js"));
  const { buildMicroImage } = require(join(compiled, "images/micro/build.js"));
  const { binFolder } = await findPulumiCli();
  const micro = join(tmpdir(), "micro.tar");
  await buildMicroImage(micro);
  return {
    PATH: `${binFolder}:${process.env.PATH}`,
    MINICLOUD_TEST_MICRO: micro,
    ...(await debianImage(files)),
    ...(await packages(files)),
  };
}

/** A file without a known time counts by its length. */
function longestFirst(files, known) {
  const length = (file) => known[file] ?? statSync(join(checkout, file)).size;
  return [...files].sort((one, other) => length(other) - length(one));
}
