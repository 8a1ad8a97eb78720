import { SharedWork } from "./shared-work";

/** The answer to a question that many ask at the same time. It counts for a while, and is then asked for again. */
export class RecentAnswer<T> {
  readonly #asks = new SharedWork<"all", T>();
  #known: { readonly answer: T; readonly until: number } | undefined;
  /** How often an answer was forgotten: one that was on its way then does not count. */
  #forgotten = 0;

  /** @param freshMs how long an answer counts. */
  constructor(
    private readonly ask: () => Promise<T>,
    private readonly freshMs: number,
  ) {}

  /**
   * Returns the last answer if it counts, and otherwise a new one.
   *
   * @param isEnough whether the last answer serves the caller. Default: yes.
   * @throws the error of the question.
   */
  async get(isEnough: (answer: T) => boolean = () => true): Promise<T> {
    const known = this.#known;
    if (known !== undefined && performance.now() <= known.until && isEnough(known.answer)) {
      return known.answer;
    }
    const forgotten = this.#forgotten;
    const answer = await this.#asks.run("all", this.ask);
    if (forgotten === this.#forgotten) {
      this.#known = { answer, until: performance.now() + this.freshMs };
    }
    return answer;
  }

  /** Declares that the answer may be wrong now. */
  forget(): void {
    this.#forgotten += 1;
    this.#known = undefined;
  }
}
