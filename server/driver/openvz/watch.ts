import type { DriverLog } from "../driver";
import type { Look } from "./containers/containers";

/** vzctl does not report when a container stops by itself. Polling at this interval detects it within a second. */
const intervalMs = 800;

/** Detects containers that have stopped. */
export class DownWatch {
  readonly #running = new Set<number>();
  #onDown: ((id: number) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isPolling = false;

  constructor(
    private readonly look: () => Promise<Look>,
    private readonly log: DriverLog,
  ) {}

  begin(onDown: (id: number) => void): void {
    this.#onDown = onDown;
    this.#timer ??= setInterval(() => void this.#poll(), intervalMs).unref();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#onDown = undefined;
  }

  /** Adds a container that was started. */
  up(id: number): void {
    this.#running.add(id);
  }

  /** Reports a container that was stopped or removed. */
  down(id: number): void {
    if (this.#running.delete(id)) {
      this.#onDown?.(id);
    }
  }

  /** Compares with the engine's list. @param known the containers that ran before the list was requested. */
  see({ own }: Look, known: readonly number[] = this.known()): void {
    known.filter((id) => own.get(id)?.running !== true).forEach((id) => this.down(id));
    [...own.values()].filter(({ running }) => running).forEach(({ id }) => this.up(id));
  }

  known(): number[] {
    return [...this.#running];
  }

  async #poll(): Promise<void> {
    if (this.#running.size === 0 || this.#isPolling) {
      return;
    }
    this.#isPolling = true;
    try {
      const known = this.known();
      this.see(await this.look(), known);
    } catch (error) {
      this.log.warn({ err: error }, "the containers could not be listed; their state will be checked again");
    } finally {
      this.#isPolling = false;
    }
  }
}
