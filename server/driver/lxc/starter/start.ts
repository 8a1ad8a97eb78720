import { killWithGroup } from "../commands/processes";
import type { Ending, RunningProgram } from "../commands/running-program";

/** In this time, a request gets a process even while many others do, unless `starter.c` hangs. */
const beginMs = 5_000;

/** A request to `starter.c`, and then its process. */
export class Start implements RunningProgram {
  readonly ended: Promise<Ending>;
  readonly #requestedAt = performance.now();
  #pid: number | undefined;
  #isKilled = false;
  #hanging: NodeJS.Timeout | undefined;
  #resolve: (ending: Ending) => void = () => undefined;

  /** @param abandon is called to kill a start that gets no process. It ends the other starts too. */
  constructor(private readonly abandon: () => void) {
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** The request has a process now. */
  begun(pid: number): void {
    clearTimeout(this.#hanging);
    this.#pid = pid;
    if (this.#isKilled) {
      killWithGroup(pid);
    }
  }

  kill(): void {
    this.#isKilled = true;
    if (this.#pid === undefined) {
      this.#hanging ??= setTimeout(this.abandon, this.#requestedAt + beginMs - performance.now());
    } else {
      killWithGroup(this.#pid);
    }
  }

  end(exitCode: number | undefined, how: string, complaints = ""): void {
    clearTimeout(this.#hanging);
    this.#resolve({ exitCode, how, stdout: "", complaints });
  }
}
