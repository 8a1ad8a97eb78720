import { EventEmitter } from "node:events";
import { PassThrough, Writable } from "node:stream";
import { Io, type Signal } from "../../../cli/io";

export interface CapturedIoOptions {
  /** The complete standard input. Default: the text that the test writes to `stdin`. */
  readonly input?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Makes the streams a terminal with this number of columns. */
  readonly columns?: number;
  /** Replaces the captured output. */
  readonly stdout?: Writable;
  /** The error code of every connection that the program tries. Default: all are accepted. */
  readonly connectionFailure?: string | undefined;
}

/** An Io of a single test. */
export interface CapturedIo {
  readonly io: Io;
  readonly stdin: PassThrough;
  /** The output until now. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The output of both streams until now, in the order in which a terminal shows it. */
  readonly screen: () => string;
  /** @returns true if a listener received the signal. */
  readonly signal: (signal: Signal) => boolean;
}

export function captureIo({
  input,
  environment = {},
  columns,
  stdout: given,
  connectionFailure,
}: CapturedIoOptions = {}): CapturedIo {
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const stdin = Object.assign(new PassThrough(), terminal);
  if (input !== undefined) {
    stdin.end(input);
  }
  const written: { readonly to: "stdout" | "stderr"; readonly bytes: Buffer }[] = [];
  const output = (to: "stdout" | "stderr"): Writable => {
    const stream = new Writable({
      write: (bytes: Buffer, _encoding, done) => {
        written.push({ to, bytes });
        done();
      },
    });
    return Object.assign(stream, terminal);
  };
  const textOf = (to?: "stdout" | "stderr"): string =>
    Buffer.concat(
      written.filter((each) => to === undefined || each.to === to).map(({ bytes }) => bytes),
    ).toString();
  const signals = new EventEmitter();
  const io = new Io({
    stdin,
    stdout: given ?? output("stdout"),
    stderr: output("stderr"),
    environment,
    inheritable: false,
    onSignal: (signal, listener) => {
      signals.on(signal, listener);
      return () => signals.off(signal, listener);
    },
    tryConnection: () => Promise.resolve(connectionFailure),
  });
  return {
    io,
    stdin,
    stdout: () => textOf("stdout"),
    stderr: () => textOf("stderr"),
    screen: () => textOf(),
    signal: (signal) => signals.emit(signal),
  };
}
