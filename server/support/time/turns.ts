/** Runs the changes of each container one after another, in the order of the calls. */
export class Turns {
  readonly #last = new Map<number, Promise<unknown>>();

  async take<T>(id: number, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(id) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#last.set(id, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(id) === turn) {
        this.#last.delete(id);
      }
    }
  }
}
