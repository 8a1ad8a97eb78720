import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { beginWork, resultOf, type SpanOptions, traced, tracedInside } from "../../protocol/tracing/spans";

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

/** The attribute of a span about an instance. */
export function instanceAttribute(id: number): NonNullable<SpanOptions["attributes"]> {
  return { "minicloud.instance": id };
}

/** How each kind appears in traces. */
const spans: Readonly<
  Record<
    Measurement["kind"],
    { readonly prefix: string; readonly options: SpanOptions; readonly make: typeof traced }
  >
> = {
  call: { prefix: "", options: { kind: "server" }, make: traced },
  step: { prefix: "step ", options: {}, make: tracedInside },
  engine: { prefix: "engine ", options: {}, make: tracedInside },
};

/**
 * Does work, measures it, and makes a span of it.
 *
 * @param instance the id of the instance that it is about. Default: none.
 * @throws the error of the work.
 */
export async function measured<T>(
  kind: Measurement["kind"],
  name: string,
  work: () => Promise<T>,
  instance?: number,
): Promise<T> {
  const { prefix, make } = spans[kind];
  const options = spanOptions(kind, instance);
  const startedMs = performance.now();
  try {
    const result = await make(`${prefix}${name}`, options, work);
    tell(kind, name, startedMs);
    return result;
  } catch (error) {
    tell(kind, name, startedMs, error);
    throw error;
  }
}

/**
 * Begins to measure what the calling function does from now on, and makes a span of it.
 *
 * @param instance the id of the instance.
 * @returns a function that ends it. @param error why the work failed. Default: it succeeded.
 */
export function beginMeasurement(
  kind: Measurement["kind"],
  name: string,
  instance: number,
): (error?: unknown) => void {
  const startedMs = performance.now();
  const endSpan = beginWork(`${spans[kind].prefix}${name}`, spanOptions(kind, instance));
  return (error) => {
    endSpan(error);
    tell(kind, name, startedMs, error);
  };
}

function spanOptions(kind: Measurement["kind"], instance: number | undefined): SpanOptions {
  const { options } = spans[kind];
  return instance === undefined ? options : { ...options, attributes: instanceAttribute(instance) };
}

/** @param startedMs the time of `performance.now()` at which the work began. */
function tell(kind: Measurement["kind"], name: string, startedMs: number, error?: unknown): void {
  if (measurements.hasSubscribers) {
    const result = resultOf(error);
    const measurement: Measurement = { kind, name, result, seconds: (performance.now() - startedMs) / 1000 };
    measurements.publish(measurement);
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
