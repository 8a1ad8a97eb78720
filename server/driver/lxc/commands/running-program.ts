/** How a program ended. */
export interface Ending {
  /** Undefined if it did not start, or a signal ended it. */
  readonly exitCode: number | undefined;
  /** Completes a sentence that begins with its name. */
  readonly how: string;
  /** Empty unless the command asks for it. */
  readonly stdout: string;
  /** The beginning of its standard error. */
  readonly complaints: string;
}

/** The program of an engine command. */
export interface RunningProgram {
  /** Resolves when it has ended and its outputs are closed; never rejects. */
  readonly ended: Promise<Ending>;
  /** Kills it with its process group. */
  kill(): void;
}

/** Returns how a program ended, as the rest of a sentence. @param signal null if none ended it. */
export function endingOf(exitCode: number | undefined, signal: NodeJS.Signals | null): string {
  return signal === null ? `failed with exit code ${exitCode}` : `was ended by ${signal}`;
}
