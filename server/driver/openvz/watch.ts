import type { DriverLog } from "../driver";
import type { Look } from "./containers/containers";

/** vzctl tells nobody when a container goes down by itself, so it is asked: often enough to know within a second. */
const intervalMs = 800;

/** Notices containers that have gone down. */
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

  /** A container was started. */
  up(id: number): void {
    this.#running.add(id);
  }

  /** A container was brought down, or is gone. */
  down(id: number): void {
    if (this.#running.delete(id)) {
      this.#onDown?.(id);
    }
  }

  /** Takes in what the engine says of all. @param known those that ran before it was asked. */
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
      this.log.warn({ err: error }, "vzlist did not answer; whether containers went down is asked again");
    } finally {
      this.#isPolling = false;
    }
  }
}
