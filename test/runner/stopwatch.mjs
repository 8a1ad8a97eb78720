/** How long the parts of a run took, in milliseconds by their names. */
export class Stopwatch {
  parts = new Map();
  #startedAt = performance.now();

  /** Does the work and notes its time, also when it fails. */
  time(name, work) {
    const startedAt = performance.now();
    const note = () => void this.parts.set(name, performance.now() - startedAt);
    const result = work();
    if (result instanceof Promise) {
      return result.finally(note);
    }
    note();
    return result;
  }

  get total() {
    return performance.now() - this.#startedAt;
  }
}
