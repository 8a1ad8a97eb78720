import type { Usage } from "../driver";
import type { SimulatedContainer } from "./container";

const mebibyte = 1024 * 1024;
/** What a container without a limit behaves as if it had. */
const assumed = { memoryBytes: 256 * mebibyte, cpus: 1 };
/** The load of a container goes up and down in this time. */
const periodSeconds = 60;

/**
 * Returns what a simulated container would use: figures within its limits that move, and that follow from its id and from the
 * time since its start alone. They let users try what shows them.
 */
export function simulatedUsage({ spec: { id }, type, startedAtMs }: SimulatedContainer, atMs: number): Usage {
  const { memoryBytes = assumed.memoryBytes, cpus = assumed.cpus } = type;
  const seconds = Math.max(0, atMs - startedAtMs) / 1000;
  const turn = (2 * Math.PI) / periodSeconds;
  const phase = (id % 7) * (Math.PI / 3.5);
  const wave = Math.sin(seconds * turn + phase);
  // The processors in use at each moment are cpus * (mean + mean * wave); this is their sum since the start.
  const mean = 0.05 * (1 + (id % 5));
  const sumOfWaves = (Math.cos(phase) - Math.cos(seconds * turn + phase)) / turn;
  return {
    id,
    atMs,
    memoryBytes: Math.round(memoryBytes * (0.3 + 0.2 * wave)),
    cpuSeconds: cpus * mean * (seconds + sumOfWaves),
    processes: 4 + (id % 3),
  };
}
