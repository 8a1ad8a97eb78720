import type { Metrics } from "./metrics";

/** The metrics of the daemon, whose library takes longer to load than the rest of the start. */
export class LateMetrics {
  #metrics: Promise<Metrics> | undefined;

  constructor(private readonly open: (module: { readonly Metrics: typeof Metrics }) => Metrics) {}

  /** Loads and opens them, if that has not begun yet. */
  async load(): Promise<Metrics> {
    this.#metrics ??= import("./metrics.js").then((module) => this.open(module));
    return await this.#metrics;
  }

  async close(): Promise<void> {
    (await this.#metrics)?.close();
  }
}
