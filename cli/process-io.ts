import { startTracing } from "../protocol/tracing/start-tracing";
import { Io } from "./io";
import { tryConnection } from "./ssh/try-connection";

/** A collector that does not answer delays the end of a command by this time, after its output. */
const lastSpansMs = 500;

/** Creates the Io of this process. The streams open at their first use. */
export function processIo(): Io {
  return new Io({
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    environment: process.env,
    inheritable: true,
    onSignal: (signal, listener) => {
      process.on(signal, listener);
      return () => process.off(signal, listener);
    },
    tryConnection,
  });
}

/** Runs a program with the arguments of this process, and exits with the program's code. */
export async function runAsProcess(
  run: (words: readonly string[], io: Io) => Promise<number>,
): Promise<void> {
  const tracing = await startTracing({ service: "mcc", parent: process.env["TRACEPARENT"] });
  const exitCode = await run(process.argv.slice(2), processIo());
  await tracing.close(lastSpansMs);
  process.exit(exitCode);
}
