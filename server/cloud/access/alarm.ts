/** The longest wait of a timer. */
const mostMs = 2 ** 31 - 1;

/** Runs an action at a time, which can change and can be any time ahead. It keeps no process alive. */
export class Alarm {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly act: () => void) {}

  /** @param atMs in place of the earlier time. Default: never. */
  set(atMs: number | undefined): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (atMs !== undefined) {
      const waitMs = Math.max(0, atMs - Date.now());
      this.#timer =
        waitMs > mostMs
          ? setTimeout(() => this.set(atMs), mostMs).unref()
          : setTimeout(() => this.act(), waitMs).unref();
    }
  }
}
