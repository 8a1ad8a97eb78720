import { Io } from "./io";
import { tryConnection } from "./ssh/try-connection";

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
  process.exit(await run(process.argv.slice(2), processIo()));
}
