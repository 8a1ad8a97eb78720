import assert from "node:assert/strict";
import { execa } from "execa";
import { bench } from "../../bench/bench";
import { measureAll } from "../../bench/measure-all";
import type { Measurement, Measurements, Run, Samples } from "../../bench/measurement";
import { compare, comparisonLine } from "../../bench/report/comparison";
import type { Result } from "../../bench/report/result";
import { MccError } from "../../protocol/error";
import { checkout } from "../support/checkout";

/** Ours takes twice as long as a peer in `slow`, half as long in `quick`. */
const samples = { slow: { ours: [2, 9, 1], peer: [1] }, quick: { ours: [1, 3], peer: [4, 4] } };

const usual = { wanted: [], rounds: 1, minutes: 1 };
const silent = { err: () => undefined };
/** A measurement that lasts until its signal ends it. */
const waiting: Measurement = {
  count: 1000,
  figures: () => ({}),
  measure: ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    }),
};

/** Runs the bench with stubs in place of what takes minutes. */
async function runBench(...words: readonly string[]) {
  const asked: string[] = [];
  const counts: number[] = [];
  const written: string[] = [];
  const measuring = (name: keyof typeof samples, aim: number) => ({
    count: 1000,
    figures: () => ({ only: { title: `the ${name} one`, aim } }),
    measure: ({ rounds, count }: Run): Promise<Record<"only", Samples>> => {
      asked.push(`${name} ${rounds}`);
      counts.push(count);
      return Promise.resolve({ only: samples[name] });
    },
  });
  const measurements: Measurements = {
    slow: measuring("slow", 1.25),
    broken: {
      count: 1000,
      figures: () => ({ only: { title: "the broken one", aim: 1 } }),
      measure: () => Promise.reject(new MccError("unavailable", "Install bash-static.")),
    },
    quick: measuring("quick", 0.5),
    absent: { ...waiting, missing: () => "it is not installed" },
  };
  let out = "";
  let err = "";
  const output = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
  const write = (results: readonly Result[], rounds: number): Promise<void> => {
    written.push(...results.map(({ measurement }) => `${measurement} ${rounds}`));
    return Promise.resolve();
  };
  const exitCode = await bench(words, measurements, { ...output, write });
  return { exitCode, out, err, asked, counts, written };
}

describe("the bench", () => {
  it("measures all in three rounds, or what is named in as many as are asked for", async () => {
    assert.deepEqual((await runBench()).asked, ["slow 3", "quick 3"]);
    const { asked, exitCode, out } = await runBench("quick", "--rounds", "7");
    assert.deepEqual({ asked, exitCode }, { asked: ["quick 7"], exitCode: 0 });
    assert.equal(
      out,
      "the quick one: 0.50 (aim 0.5, reached); ours 2.00 [1.50 to 2.50] s, peer 4.00 [4.00 to 4.00] s\n",
    );
  });

  it("compares a figure without a peer with its limit, by the quantile of the figure", () => {
    const calls = { title: "the calls", limit: 8, quantile: 0.95, unit: "ms" };
    const line = comparisonLine(compare(calls, { ours: [0, 10] }));
    assert.equal(line, "the calls: 9.50 ms (limit 8 ms, MISSED); ours 5.00 [2.50 to 7.50] ms");
  });

  it("prints samples in the unit of their figure", () => {
    const memory = compare({ title: "the memory", aim: 1, unit: "MB" }, { ours: [50], peer: [200] });
    assert.equal(
      comparisonLine(memory),
      "the memory: 0.25 (aim 1, reached); ours 50.00 [50.00 to 50.00] MB, peer 200.00 [200.00 to 200.00] MB",
    );
  });

  it("prints JSON and nothing else with --json", async () => {
    const { out, exitCode } = await runBench("slow", "quick", "--json");
    assert.deepEqual(JSON.parse(out), [
      { measurement: "slow", title: "the slow one", aim: 1.25, ratio: 2, reached: false, ...samples.slow },
      { measurement: "quick", title: "the quick one", aim: 0.5, ratio: 0.5, reached: true, ...samples.quick },
    ]);
    assert.equal(exitCode, 0, "a missed aim fails with --check alone");
  });

  it("reports a measurement that fails, and continues with the others", async () => {
    const { exitCode, out, err, asked } = await runBench("--json");
    assert.equal(exitCode, 1);
    assert.deepEqual(asked, ["slow 3", "quick 3"]);
    assert.match(err, /^bench: broken failed: Install bash-static\.$/m);
    const results = JSON.parse(out) as { measurement: string; error?: string }[];
    assert.deepEqual(
      results.map(({ measurement, error }) => [measurement, error]),
      [
        ["slow", undefined],
        ["broken", "Install bash-static."],
        ["quick", undefined],
        ["absent", undefined],
      ],
    );
  });

  it("measures with at most the number of --count", async () => {
    assert.deepEqual((await runBench("quick", "--count=7")).counts, [7]);
    assert.deepEqual((await runBench("quick", "--count=5000")).counts, [1000]);
    assert.deepEqual((await runBench("quick")).counts, [1000]);
  });

  it("writes the results with --write, which needs the whole count", async () => {
    const { written, exitCode } = await runBench("quick", "--write", "--rounds=5");
    assert.deepEqual({ written, exitCode }, { written: ["quick 5"], exitCode: 0 });
    const refused = await runBench("quick", "--write", "--count=7");
    assert.deepEqual([refused.exitCode, refused.asked, refused.written], [2, [], []]);
    assert.match(refused.err, /--count <number>' cannot be used with option '--write'/);
    assert.deepEqual((await runBench("quick")).written, []);
  });

  it("says what the host lacks for a measurement, which is no failure", async () => {
    const lxd = { ...waiting, missing: () => "LXD's client lxc is not installed" };
    const results = await measureAll(usual, { lxd }, silent);
    assert.deepEqual(results, [{ measurement: "lxd", skipped: "LXD's client lxc is not installed" }]);
    const { exitCode, out } = await runBench("absent");
    assert.deepEqual([exitCode, out], [0, "absent: not measured: it is not installed\n"]);
  });

  it("ends a measurement after its time limit, and continues with the next", async () => {
    const results = await measureAll({ ...usual, minutes: 0.001 }, { one: waiting, two: waiting }, silent);
    const error = "It took longer than 0.001 minutes; see --minutes.";
    assert.deepEqual(results, [
      { measurement: "one", error },
      { measurement: "two", error },
    ]);
  });

  it("ends the present measurement after an interruption, and begins no other", async () => {
    const interrupted = new AbortController();
    const running = measureAll(
      usual,
      { one: waiting, two: waiting },
      { ...silent, signal: interrupted.signal },
    );
    interrupted.abort(new Error("stopped by a signal"));
    assert.deepEqual(await running, [
      { measurement: "one", error: "stopped by a signal" },
      { measurement: "two", error: "The run was interrupted." },
    ]);
  });

  it("fails with --check, and names each missed aim", async () => {
    const { exitCode, err } = await runBench("slow", "quick", "--check");
    assert.equal(exitCode, 1);
    const missed = err.split("\n").filter((line) => line.includes("missed"));
    assert.deepEqual(missed, ["bench: slow missed its aim: the slow one: 2.00, aim 1.25"]);
    assert.equal((await runBench("quick", "--check")).exitCode, 0);
  });

  for (const { words, reason } of [
    { words: ["--rounds=0"], reason: /'0' is invalid.*whole number from 1 to 100/ },
    { words: ["--rounds=101"], reason: /'101' is invalid/ },
    { words: ["--rounds=2.5"], reason: /'2\.5' is invalid/ },
    { words: ["--rounds=3x"], reason: /'3x' is invalid/ },
    { words: ["--rounds="], reason: /invalid/ },
    { words: ["--rounds"], reason: /argument missing/ },
    { words: ["--jsn"], reason: /unknown option '--jsn'/ },
    {
      words: ["quick", "nothing"],
      reason: /'nothing' is invalid.*Allowed choices are slow, broken, quick, absent/,
    },
  ]) {
    it(`refuses ${words.join(" ")} before it measures anything`, async () => {
      const { exitCode, out, err, asked } = await runBench(...words);
      assert.deepEqual({ exitCode, out, asked }, { exitCode: 2, out: "", asked: [] });
      assert.match(err, reason);
      assert.match(err, /^Usage: npm run bench -- /m);
    });
  }

  it("is help on standard output with --help", async () => {
    const { exitCode, out, err, asked } = await runBench("--help");
    assert.deepEqual({ exitCode, err, asked }, { exitCode: 0, err: "", asked: [] });
    assert.match(out, /^Usage: npm run bench -- \[options\] \[measurement\.\.\.\]/);
  });

  it("has standard output for itself when npm runs it", async () => {
    const npm = (...words: readonly string[]) =>
      execa("npm", ["run", "bench", "--", ...words], {
        cwd: checkout,
        reject: false,
        // As when nobody has asked npm for more.
        env: { npm_config_loglevel: undefined },
      });
    // Were it not refused, there would still be nothing to measure.
    const [help, refused] = await Promise.all([npm("--help"), npm("--json", "nothing")]);
    assert.match(help.stdout, /^Usage: npm run bench/);
    assert.deepEqual([refused.exitCode, refused.stdout], [2, ""]);
    assert.match(refused.stderr, /'nothing' is invalid/);
  });
});
