/**
 * Lets pieces of work that assign one name go one after the other. vzctl looks whether a name is free and then
 * takes it, under a lock of the container's only, so two at once could both get it.
 */
export class NameTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  async inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(name) ?? Promise.resolve()).then(work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(name, settled);
    try {
      return await turn;
    } finally {
      if (this.#last.get(name) === settled) {
        this.#last.delete(name);
      }
    }
  }
}
