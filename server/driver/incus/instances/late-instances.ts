/** How long the engine may take to begin a create that it received from a daemon or a connection that is gone. */
const lateMs = 10 * 60_000;

/**
 * The containers that were destroyed before the engine had them. The engine can still create one: it received the call of a
 * daemon that was killed, and begins it when it has time.
 */
export class LateInstances {
  readonly #until = new Map<number, number>();
  readonly #removals = new Map<number, Promise<void>>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The container was destroyed, and the engine did not have it. */
  expect(id: number): void {
    for (const [known, until] of this.#until) {
      if (until > this.now()) {
        break;
      }
      this.#until.delete(known);
    }
    this.#until.delete(id);
    this.#until.set(id, this.now() + lateMs);
  }

  /** The container is created again. Ends when a removal of the late one has ended. */
  async forget(id: number): Promise<void> {
    this.#until.delete(id);
    await this.#removals.get(id);
  }

  /** Removes a container that appeared, if it is late. @throws the error of the work. */
  async remove(id: number, work: () => Promise<void>): Promise<void> {
    if ((this.#until.get(id) ?? 0) <= this.now() || this.#removals.has(id)) {
      return;
    }
    const removal = work();
    this.#removals.set(id, removal);
    try {
      await removal;
    } finally {
      this.#removals.delete(id);
    }
  }
}
