/** Does a piece of work once for each key, and shares it between all callers. The next call repeats a failed one. */
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

  /** Allows the work to be repeated for each key. */
  forget(): void {
    this.#done.clear();
  }
}
