/** Does a piece of work once for each key, for all who ask for it; what has failed is done again at the next call. */
export class OnceEach<K> {
  readonly #done = new Map<K, Promise<void>>();

  constructor(private readonly work: (key: K) => Promise<void>) {}

  async ensure(key: K): Promise<void> {
    let done = this.#done.get(key);
    if (done === undefined) {
      done = this.work(key);
      this.#done.set(key, done);
      done.catch(() => this.#done.delete(key));
    }
    await done;
  }

  /** Lets the work be done anew for each key. */
  forget(): void {
    this.#done.clear();
  }
}
