import { messageOf } from "../../../protocol/error";

/** Pairs each step of a piece of work with what takes it back. */
export class Undo {
  readonly #steps: { name: string; undo: () => Promise<void> | void }[] = [];

  add(name: string, undo: () => Promise<void> | void): void {
    this.#steps.push({ name, undo });
  }

  /**
   * Takes everything back, latest first. It stops at a step that fails, since the earlier ones may only be
   * taken back after it; run again, it goes on from there.
   *
   * @throws Error that names the step which could not be taken back.
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
