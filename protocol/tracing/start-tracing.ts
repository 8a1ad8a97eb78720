import { MccError, messageOf } from "../error";
import { type Span, type Tracer, useTracer } from "./spans";

const endpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

export interface TracingOptions {
  /** The name of the program in traces. */
  readonly service: string;
  /** The `traceparent` that all work of this process belongs to. Default: each piece of work begins a trace. */
  readonly parent?: string | undefined;
  /** The name of a span around all work of this process. Default: there is none. */
  readonly root?: string;
  /** Is told why spans cannot be sent. Default: nobody is told. */
  readonly onFailure?: (reason: string) => void;
}

/** The traces of this process. */
export interface Tracing {
  /** Sends what is not sent yet. Takes at most this time, also if the collector does not answer. Never fails. */
  close(limitMs: number): Promise<void>;
}

/** Tells whether the environment asks for traces. */
export function wantsTracing(environment: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(environment[endpointVariable]) && environment["OTEL_SDK_DISABLED"] !== "true";
}

/** Loads OpenTelemetry and makes spans from now on, if the environment asks for it. Never fails. */
export async function startTracing(
  { service, parent, root, onFailure = () => undefined }: TracingOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Tracing> {
  if (!wantsTracing(environment)) {
    return { close: () => Promise.resolve() };
  }
  let tracer: Tracer | undefined;
  let rootSpan: Span | undefined;
  try {
    // Otherwise OpenTelemetry would send to its default address.
    if (!/^https?:\/\/[^/]/.test(environment[endpointVariable] ?? "")) {
      throw new MccError(
        "invalid",
        `${endpointVariable} is not an http or https URL; set it to one such as http://localhost:4318.`,
      );
    }
    const { openTelemetry } = await import("./open-telemetry.js");
    tracer = openTelemetry(service, onFailure);
    rootSpan = root === undefined ? undefined : tracer.begin(root, parent, {});
    useTracer(tracer, rootSpan?.traceparent ?? parent);
  } catch (error) {
    onFailure(messageOf(error));
  }
  return {
    close: async (limitMs) => {
      useTracer(undefined);
      rootSpan?.end("ok");
      await tracer?.close(limitMs);
    },
  };
}
