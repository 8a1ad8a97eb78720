import { homedir } from "node:os";
import { type Readable, Writable } from "node:stream";
import { type Client, connect } from "../client/client";
import { printable } from "./output/printable";

/** The signals that interrupt a command. */
export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

export type Input = Readable & { readonly isTTY?: boolean };
/** An output stream. A terminal has `isTTY`, and `columns` and `rows` if its size is known. */
export type Output = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** The surroundings of one run of a program, from its process or from a test. */
export interface Surroundings {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: NodeJS.ProcessEnv;
  /** Whether a child process can inherit the streams because they belong to this process. */
  readonly inheritable: boolean;
  /** Subscribes to a signal. @returns a function that ends the subscription. */
  readonly onSignal: (signal: Signal, listener: () => void) => () => void;
  /** Opens a TCP connection and closes it. @returns undefined if it was accepted, otherwise the error code. */
  readonly tryConnection: (address: string, port: number, timeoutMs: number) => Promise<string | undefined>;
}

/** Gives a run of a program its input, output and environment. Nothing else in this folder uses the process. */
export class Io {
  /** Resolves with the exit code when the run ends early. */
  readonly exited: Promise<number>;
  #resolve: (exitCode: number) => void = () => undefined;
  readonly #end = new AbortController();

  constructor(private readonly surroundings: Surroundings) {
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get stdin(): Input {
    return this.surroundings.stdin;
  }

  get stdout(): Output {
    return this.#output(this.surroundings.stdout);
  }

  get stderr(): Output {
    return this.#output(this.surroundings.stderr);
  }

  get environment(): NodeJS.ProcessEnv {
    return this.surroundings.environment;
  }

  get inheritable(): boolean {
    return this.surroundings.inheritable;
  }

  get homeFolder(): string {
    return this.environment.HOME || homedir();
  }

  get temporaryFolder(): string {
    const { TMPDIR, TMP, TEMP } = this.environment;
    return TMPDIR || TMP || TEMP || "/tmp";
  }

  /** Prints a line of the result on standard output. */
  print(line: string): void {
    this.stdout.write(`${line}\n`);
  }

  /** Prints a line that is not part of the result on standard error. Replaces control characters. */
  note(line: string): void {
    this.stderr.write(`${printable(line)}\n`);
  }

  /** Creates a client of the daemon that the environment names. @throws the errors of the client's `connect`. */
  connect(): Client {
    return connect({ environment: this.environment, signal: this.#end.signal });
  }

  /** Subscribes to a signal. @returns a function that ends the subscription. */
  onSignal(signal: Signal, listener: () => void): () => void {
    return this.surroundings.onSignal(signal, listener);
  }

  /** Opens a TCP connection and closes it. @returns undefined if it was accepted, otherwise the error code. */
  async tryConnection(address: string, port: number, timeoutMs: number): Promise<string | undefined> {
    return await this.surroundings.tryConnection(address, port, timeoutMs);
  }

  /** Ends the run with this exit code, even if calls are still running. */
  exit(exitCode: number): void {
    this.close();
    this.#resolve(exitCode);
  }

  /** Aborts all calls to the daemon, and discards all further output. */
  close(): void {
    this.#end.abort();
  }

  #output(stream: Output): Output {
    return this.#end.signal.aborted ? nowhere() : stream;
  }
}

function nowhere(): Output {
  return new Writable({ write: (_bytes, _encoding, done) => done() });
}
