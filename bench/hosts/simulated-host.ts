import type { BenchHost } from "./bench-daemon";

/** The host for simulated instances, which needs no preparation. */
export const simulatedHost: BenchHost = {
  driver: "simulated",
  during: (_folder, work) => work({}),
  equip: () => Promise.resolve(),
};

/** Simulated instances with addresses for ten thousand of them. */
export const largeSimulatedHost: BenchHost = { ...simulatedHost, range: "198.18.0.2-198.18.63.250" };
