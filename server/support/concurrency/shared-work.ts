/** Work of which one piece at a time is under way for each key: who asks for it then gets the result of that one. */
export class SharedWork<K, T> {
  readonly #underWay = new Map<K, Promise<T>>();

  /** @throws what the work throws, to all who share it. */
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
