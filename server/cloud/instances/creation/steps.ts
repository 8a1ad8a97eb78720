import { beginMeasurement } from "../../../support/measurements";

/** The steps of one creation: which one is under way, and how long each took. */
export class Steps {
  #end: (error?: unknown) => void;

  /**
   * @param instance the id of the instance.
   * @param current the step that is under way, for messages.
   * @param measuredAs its name in measurements. Default: the same.
   */
  constructor(
    private readonly instance: number,
    public current: string,
    measuredAs = current,
  ) {
    this.#end = beginMeasurement("step", measuredAs, instance);
  }

  /** Ends the step that is under way, and begins another one. */
  enter(name: string, measuredAs = name): void {
    this.end();
    this.current = name;
    this.#end = beginMeasurement("step", measuredAs, this.instance);
  }

  /** @param error why the step failed. Default: it succeeded. */
  end(error?: unknown): void {
    this.#end(error);
  }
}
