import type { PooledInstance } from "./pooled-instance";

/** How long a pool waits after a failure before it starts another instance. */
const firstPauseMs = 1000;
const longestPauseMs = 15_000;

/** The instances of one image that are started ahead. */
export class Pool {
  readonly #ready: PooledInstance[] = [];
  readonly #starting = new Set<PooledInstance>();
  #pauseMs = firstPauseMs;
  #restUntil = 0;
  #problem: string | undefined;

  /** @param size the number of instances to have ready. */
  constructor(
    readonly image: string,
    public size: number,
  ) {}

  get ready(): number {
    return this.#ready.length;
  }

  get starting(): readonly PooledInstance[] {
    return [...this.#starting];
  }

  /** Why the last start failed; undefined after one that succeeded. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** How many instances it lacks. */
  get lack(): number {
    return Math.max(0, this.size - this.#ready.length - this.#starting.size);
  }

  /** The time before which it starts none, because one failed. On the clock of `performance.now`. */
  get restUntil(): number {
    return this.#restUntil;
  }

  begin(pooled: PooledInstance): void {
    this.#starting.add(pooled);
  }

  /** @param reason why it was not started. Default: it is not needed any more. */
  end(pooled: PooledInstance, reason?: string): void {
    this.#starting.delete(pooled);
    if (reason !== undefined) {
      this.#problem = reason;
      this.#restUntil = performance.now() + this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    }
  }

  add(pooled: PooledInstance): void {
    this.#starting.delete(pooled);
    this.#ready.push(pooled);
    this.#problem = undefined;
    this.#pauseMs = firstPauseMs;
  }

  /** Returns one to the place from which `take` takes first. */
  putBack(pooled: PooledInstance): void {
    this.#ready.unshift(pooled);
  }

  /**
   * Removes and returns an instance that is ready.
   *
   * @param is default: the one that has run longest.
   */
  take(is: (pooled: PooledInstance) => boolean = () => true): PooledInstance | undefined {
    const index = this.#ready.findIndex(is);
    return index < 0 ? undefined : this.#ready.splice(index, 1)[0];
  }

  /** Removes and returns all instances over its size. */
  takeSurplus(): PooledInstance[] {
    return this.#ready.splice(this.size);
  }

  /** Removes and returns all instances that are ready. */
  takeAll(): PooledInstance[] {
    return this.#ready.splice(0);
  }
}
