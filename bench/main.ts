import { MccError, messageOf } from "../protocol/error";
import { withBenchDaemon } from "./bench-daemon";
import { compareFleet } from "./fleet";
import { compareInstances } from "./instances";
import { lxcHost } from "./lxc-host";
import { comparisonLine, ratio } from "./measurement";
import { compareOpenvz } from "./openvz";
import { openvzHost } from "./openvz-host";
import { comparePulumiUp } from "./pulumi-up";

const usualRounds = 3;

/** Every measurement there is. */
const measurements = {
  instances: { host: lxcHost, measure: compareInstances },
  fleet: { host: lxcHost, measure: compareFleet },
  "pulumi-up": { host: lxcHost, measure: comparePulumiUp },
  openvz: { host: openvzHost, measure: compareOpenvz },
};

const usage = `Usage: npm run bench -- [${Object.keys(measurements).join("|")}] [--json] [--rounds=N]

Measures MiniCloud beside a peer, ${usualRounds} rounds by turns in one run, in network namespaces of its own, and prints the
ratio of the medians. "npm run quickstart -- --prepare" gets what it needs.
`;

async function main(words: readonly string[]): Promise<void> {
  if (words.includes("--help")) {
    console.log(usage);
    return;
  }
  const wanted = words.filter((word) => !word.startsWith("--"));
  const unknown = wanted.find((word) => !Object.hasOwn(measurements, word));
  if (unknown !== undefined) {
    throw new MccError(
      "invalid",
      `There is no measurement "${unknown}"; there are: ${Object.keys(measurements).join(", ")}.`,
    );
  }
  const chosen = Object.entries(measurements).filter(
    ([name]) => wanted.length === 0 || wanted.includes(name),
  );
  const rounds = Number(/--rounds=(\d+)/.exec(words.join(" "))?.[1] ?? usualRounds);
  const comparisons = [];
  for (const [name, { host, measure }] of chosen) {
    console.error(`measuring ${name}, ${rounds} rounds`);
    comparisons.push(...(await withBenchDaemon(host, (daemon) => measure(daemon, rounds))));
  }
  if (words.includes("--json")) {
    console.log(
      JSON.stringify(comparisons.map((comparison) => ({ ...comparison, ratio: ratio(comparison) }))),
    );
  } else {
    comparisons.forEach((comparison) => console.log(comparisonLine(comparison)));
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`bench: ${messageOf(error)}`);
  process.exitCode = 1;
});
