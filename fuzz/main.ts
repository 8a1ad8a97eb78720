import { runMain } from "../isolated/run-main";
import { type FuzzResult, fuzz } from "./fuzz";
import { readOptions } from "./options";

const output = {
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
};

async function main(words: readonly string[]): Promise<number> {
  const options = readOptions(words, output);
  output.err(`fuzz: seed ${options.seed}, at most ${options.seconds} s\n`);
  const result = await fuzz(options);
  output.out(options.json ? `${JSON.stringify(result, null, 2)}\n` : summary(result));
  return result.defects.length > 0 ? 1 : 0;
}

function summary(result: FuzzResult): string {
  const { cases, casesOfKind, defects, seed, grownMiB, grownAtMostMiB, blockedMs } = result;
  const ofKinds = Object.entries(casesOfKind).map(([kind, count]) => `${kind} ${count}`);
  return [
    `seed ${seed}: ${cases} requests (${ofKinds.join(", ")}), defects: ${defects.length}`,
    `the daemon grew by ${grownMiB} MiB (at most ${grownAtMostMiB}); its event loop was blocked for at most ${blockedMs.toFixed(0)} ms`,
    ...defects.flatMap(({ kind, flaw, repeat, request }) => [
      `${kind}: ${flaw}`,
      `  repeat: ${repeat}`,
      ...(request === undefined ? [] : [`  request: ${JSON.stringify(request)}`]),
    ]),
    "",
  ].join("\n");
}

void runMain("fuzz", main);
