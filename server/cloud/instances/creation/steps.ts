import { tell } from "../../../support/measurements";

/** The steps of one creation: which one is under way, and how long each took. */
export class Steps {
  #enteredMs = performance.now();

  /**
   * @param current the step that is under way, for messages.
   * @param measuredAs its name in measurements. Default: the same.
   */
  constructor(
    public current: string,
    private measuredAs = current,
  ) {}

  /** Ends the step that is under way, and begins another one. */
  enter(name: string, measuredAs = name): void {
    this.end();
    this.current = name;
    this.measuredAs = measuredAs;
    this.#enteredMs = performance.now();
  }

  /** @param error why the step failed. Default: it succeeded. */
  end(error?: unknown): void {
    tell("step", this.measuredAs, this.#enteredMs, error);
  }
}
