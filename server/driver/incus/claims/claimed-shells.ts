import type { WaitingShell } from "./waiting-shell";

/**
 * How long after the last claim the shells of claims are ended. The engine takes ten times as long for the end of a command as
 * for a claim, which would delay the other claims of a fleet.
 */
const quietMs = 200;
/** How long a shell stays at most in an instance that was claimed. */
const longestMs = 2_000;

/** The shells by which instances were claimed, until they are ended. */
export class ClaimedShells {
  readonly #shells = new Map<number, WaitingShell>();
  #timer: NodeJS.Timeout | undefined;
  /** When the first of them has to end, by `performance.now`. */
  #latest = Number.POSITIVE_INFINITY;

  /** Ends the shell soon. */
  add(id: number, shell: WaitingShell): void {
    this.end(id);
    this.#shells.set(id, shell);
    const now = performance.now();
    this.#latest = Math.min(this.#latest, now + longestMs);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.endAll(), Math.min(quietMs, Math.max(this.#latest - now, 0))).unref();
  }

  /** Ends the shell of an instance, if it has one, at once. */
  end(id: number): void {
    this.#shells.get(id)?.close();
    this.#shells.delete(id);
  }

  endAll(): void {
    clearTimeout(this.#timer);
    this.#latest = Number.POSITIVE_INFINITY;
    [...this.#shells.keys()].forEach((id) => this.end(id));
  }
}
