import assert from "node:assert/strict";
import { execa } from "execa";
import { bench, type Measurements } from "../../bench/bench";
import type { Run, Samples } from "../../bench/measurement";
import { compare, comparisonLine } from "../../bench/report/comparison";
import { MccError } from "../../protocol/error";
import { checkout } from "../support/checkout";

/** Ours takes twice as long as a peer in `slow`, half as long in `quick`. */
const samples = { slow: { ours: [2, 9, 1], peer: [1] }, quick: { ours: [1, 3], peer: [4, 4] } };

/** Runs the bench with stubs in place of what takes minutes. */
async function runBench(...words: readonly string[]) {
  const asked: string[] = [];
  const measuring = (name: keyof typeof samples, aim: number) => ({
    count: 1000,
    figures: () => ({ only: { title: `the ${name} one`, aim } }),
    measure: ({ rounds }: Run): Promise<Record<"only", Samples>> => {
      asked.push(`${name} ${rounds}`);
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
  };
  let out = "";
  let err = "";
  const output = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
  const exitCode = await bench(words, measurements, output);
  return { exitCode, out, err, asked };
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
      ],
    );
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
    { words: ["quick", "nothing"], reason: /'nothing' is invalid.*Allowed choices are slow, broken, quick/ },
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
