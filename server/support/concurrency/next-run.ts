/**
 * Work of which one run at a time is under way. A request during a run gets the next one, which all requests until its
 * beginning share: a run that it has missed the beginning of may not have seen what it asks about.
 */
export class NextRun<T> {
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | undefined;

  constructor(private readonly work: () => Promise<T>) {}

  /** @throws what the run throws, to all who share it. */
  async request(): Promise<T> {
    if (this.#next === undefined) {
      const begin = (): Promise<T> => {
        this.#next = undefined;
        return this.work();
      };
      this.#next = this.#last.then(begin, begin);
      this.#last = this.#next;
    }
    return await this.#next;
  }
}
