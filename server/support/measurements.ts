import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { MccError } from "../../protocol/error";

/** How long one piece of work took, and how it ended. */
export interface Measurement {
  /** `call`: a method; `step`: a step of a creation; `engine`: a request to the driver. */
  readonly kind: "call" | "step" | "engine";
  readonly name: string;
  /** `ok`, or the code of the error. */
  readonly result: string;
  readonly seconds: number;
}

const channelName = "minicloud:measurement";
/** The measured code does not know its listeners. Without one, a measurement costs almost nothing. */
const measurements = channel(channelName);

/** @param startedMs the time of `performance.now()` at which the work began. */
export function tell(kind: Measurement["kind"], name: string, startedMs: number, error?: unknown): void {
  if (measurements.hasSubscribers) {
    const result = error === undefined ? "ok" : MccError.isInstance(error) ? error.code : "internal";
    const measurement: Measurement = { kind, name, result, seconds: (performance.now() - startedMs) / 1000 };
    measurements.publish(measurement);
  }
}

/** Does work and measures it. @throws the error of the work. */
export async function measured<T>(
  kind: Measurement["kind"],
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const startedMs = performance.now();
  try {
    const result = await work();
    tell(kind, name, startedMs);
    return result;
  } catch (error) {
    tell(kind, name, startedMs, error);
    throw error;
  }
}

/** Calls back for each measurement from now on. @returns a function that ends that. */
export function onMeasurement(see: (measurement: Measurement) => void): () => void {
  const listener = (message: unknown): void => see(message as Measurement);
  subscribe(channelName, listener);
  return () => {
    unsubscribe(channelName, listener);
  };
}
