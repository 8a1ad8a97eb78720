import { lxcHost } from "../bench/hosts/lxc-host";
import { simulatedHost } from "../bench/hosts/simulated-host";
import { runMain } from "../isolated/run-main";
import { readOptions } from "./options";
import { type SoakResult, soak } from "./soak";

const output = {
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
};

/** The program that runs inside the new namespaces, or without them with the simulated driver. */
async function main(words: readonly string[]): Promise<number> {
  const { driver, minutes, json } = readOptions(words, process.getuid?.() === 0, output);
  output.err(`soak: ${minutes} min with the driver ${driver}\n`);
  const result = await soak(driver === "lxc" ? lxcHost : simulatedHost, minutes * 60);
  output.out(json ? `${JSON.stringify(result, null, 2)}\n` : summary(result));
  return result.left.length + result.failures.length > 0 ? 1 : 0;
}

function summary({ done, seconds, before, after, failures, left }: SoakResult): string {
  const counts = Object.entries(after.counts).map(
    ([kind, count]) => `${kind} ${before.counts[kind] ?? 0} -> ${count}`,
  );
  return [
    `${done} tasks in ${seconds.toFixed(0)} s, failed: ${failures.length}`,
    `${counts.join(", ")}, memory ${before.residentMiB.toFixed(0)} -> ${after.residentMiB.toFixed(0)} MiB`,
    ...failures.map((failure) => `failed: ${failure}`),
    ...left.map((line) => `left: ${line}`),
    "",
  ].join("\n");
}

void runMain("soak", main);
