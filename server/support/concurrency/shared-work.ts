/** Runs one piece of work at a time for each key. Calls in the meantime get its result. */
export class SharedWork<K, T> {
  readonly #underWay = new Map<K, Promise<T>>();

  /** @throws the error of the work, for all who share it. */
  async run(key: K, work: () => Promise<T>): Promise<T> {
    const shared = this.#underWay.get(key);
    if (shared !== undefined) {
      return await shared;
    }
    const own = work();
    this.#underWay.set(key, own);
    try {
      return await own;
    } finally {
      this.#underWay.delete(key);
    }
  }
}
