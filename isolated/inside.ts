import { messageOf } from "../protocol/error";
import { endProcesses } from "./end-processes";
import { endingSignals, runInForeground } from "./foreground";
import { coverHost } from "./mounts";

/** Runs inside the new namespaces: prepares them, runs the command, and ends the remaining processes. */
async function main(command: string, words: readonly string[]): Promise<number> {
  // A signal ends the command, but never the cleanup after it.
  endingSignals.forEach((signal) => process.on(signal, () => undefined));
  await coverHost();
  try {
    return await runInForeground(command, words);
  } finally {
    await endProcesses();
  }
}

const [command = "", ...words] = process.argv.slice(2);
main(command, words).then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    console.error(`isolated: ${messageOf(error)}`);
    process.exit(1);
  },
);
