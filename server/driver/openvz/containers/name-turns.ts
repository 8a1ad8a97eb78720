/**
 * Runs changes that assign the same name one after another. vzctl checks whether a name is free and then takes it, with
 * a lock only of the container. Two changes at the same time could both get the name.
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
