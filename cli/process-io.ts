import { Io } from "./io";

/** The Io of this process. The streams are made when they are first used. */
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
  });
}

/** Runs a program with the arguments of this process, and ends the process with the exit code. */
export async function runAsProcess(
  run: (words: readonly string[], io: Io) => Promise<number>,
): Promise<void> {
  process.exit(await run(process.argv.slice(2), processIo()));
}
