import { messageOf } from "../../../protocol/error";

/** Keeps, for each step of a piece of work, the step that undoes it. */
export class Undo {
  readonly #steps: { name: string; undo: () => Promise<void> | void }[] = [];

  add(name: string, undo: () => Promise<void> | void): void {
    this.#steps.push({ name, undo });
  }

  /**
   * Undoes all steps, latest first. Stops at a step that fails, because the earlier steps may only be undone after it; the
   * next call continues there.
   *
   * @throws Error that names the step which could not be undone.
   */
  async run(): Promise<void> {
    for (let step = this.#steps.at(-1); step !== undefined; step = this.#steps.at(-1)) {
      try {
        await step.undo();
      } catch (error) {
        throw new Error(`${step.name}: ${messageOf(error)}`, { cause: error });
      }
      this.#steps.pop();
    }
  }
}
