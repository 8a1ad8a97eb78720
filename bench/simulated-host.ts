import type { BenchHost } from "./bench-daemon";

/** The host for simulated instances, which needs no preparation. */
export const simulatedHost: BenchHost = {
  driver: "simulated",
  during: (_folder, work) => work({}),
  equip: () => Promise.resolve(),
};
