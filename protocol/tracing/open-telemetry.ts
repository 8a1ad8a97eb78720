import { setTimeout as pause } from "node:timers/promises";
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-base";
import { packageVersion } from "../package-version";
import type { Span, Tracer } from "./spans";

/** A fleet of a thousand instances makes some ten thousand spans in a short time. */
const mostWaitingSpans = 32_768;
const kinds = { client: SpanKind.CLIENT, server: SpanKind.SERVER };

const propagator = new W3CTraceContextPropagator();

/**
 * Returns a tracer that sends spans by OTLP over HTTP. OpenTelemetry's own variables configure it. It registers nothing
 * globally, because Pulumi's SDK may have its own tracer in the same process.
 *
 * @param service the name of the program, if no variable sets it.
 * @param onFailure is told when spans cannot be sent, once until some can.
 */
export function openTelemetry(service: string, onFailure: (reason: string) => void): Tracer {
  const exporter = tellingExporter(new OTLPTraceExporter(), onFailure);
  const resource = defaultResource()
    .merge(resourceFromAttributes({ "service.name": service, "service.version": packageVersion() }))
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: mostWaitingSpans })],
  });
  const tracer = provider.getTracer("minicloud", packageVersion());
  const open = new Set<Span>();
  return {
    begin: (name, parent, { kind, attributes = {} }) => {
      const made = tracer.startSpan(
        name,
        { kind: kind === undefined ? SpanKind.INTERNAL : kinds[kind], attributes },
        contextOf(parent),
      );
      const span: Span = {
        traceparent: headerOf(trace.setSpan(ROOT_CONTEXT, made)),
        end: (result) => {
          if (open.delete(span)) {
            made.setAttribute("minicloud.result", result);
            made.setStatus({ code: result === "ok" ? SpanStatusCode.OK : SpanStatusCode.ERROR });
            made.end();
          }
        },
      };
      open.add(span);
      return span;
    },
    close: async (limitMs) => {
      [...open].forEach((span) => span.end("interrupted"));
      const sent = provider.shutdown().catch(() => undefined);
      await Promise.race([sent, pause(limitMs, undefined, { ref: false })]);
    },
  };
}

function contextOf(traceparent: string | undefined): Context {
  return traceparent === undefined
    ? ROOT_CONTEXT
    : propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);
}

function headerOf(context: Context): string {
  const carrier: { traceparent?: string } = {};
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier.traceparent ?? "";
}

/** OpenTelemetry itself tells nobody that a collector does not answer. */
function tellingExporter(exporter: SpanExporter, onFailure: (reason: string) => void): SpanExporter {
  let failing = false;
  return {
    export: (spans: ReadableSpan[], done: (result: ExportResult) => void) =>
      exporter.export(spans, (result) => {
        const failed = result.code === ExportResultCode.FAILED;
        if (failed && !failing) {
          onFailure(result.error?.message ?? "no reason was given");
        }
        failing = failed;
        done(result);
      }),
    forceFlush: async () => await exporter.forceFlush?.(),
    shutdown: async () => await exporter.shutdown(),
  };
}
