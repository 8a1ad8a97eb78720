import { endingSignals } from "../isolated/foreground";
import { runMain } from "../isolated/run-main";
import { bench } from "./bench";
import { measurements } from "./measurements";
import { standardOutput } from "./output";
import { writePage } from "./report/page-file";

/** The program that runs inside the new namespaces. */
async function main(words: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of endingSignals) {
    process.on(signal, () => {
      standardOutput.err("bench: interrupted; ending the present measurement\n");
      interrupted.abort();
    });
  }
  return await bench(words, measurements, {
    ...standardOutput,
    signal: interrupted.signal,
    write: writePage,
  });
}

void runMain("bench", main);
