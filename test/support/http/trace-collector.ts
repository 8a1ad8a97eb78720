import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { localServers } from "./local-servers";

const attributeSchema = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attributeSchema) }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              attributes: z.array(attributeSchema).default([]),
            }),
          ),
        }),
      ),
    }),
  ),
});

export interface CollectedSpan {
  readonly service: unknown;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Receives spans by OTLP over HTTP. */
export class TraceCollector {
  readonly spans: CollectedSpan[] = [];
  /** All that was sent. */
  sent = "";
  port = 0;

  static async listen(servers: ReturnType<typeof localServers>): Promise<TraceCollector> {
    const collector = new TraceCollector();
    collector.port = await servers.http((request, response) => {
      void text(request).then((body) => {
        assert.equal(request.url, "/v1/traces");
        collector.#add(body);
        response.setHeader("content-type", "application/json").end("{}");
      });
    });
    return collector;
  }

  /** The variables that make a program send spans here, soon. */
  get environment(): Readonly<Record<string, string>> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.port}`,
      OTEL_EXPORTER_OTLP_HEADERS: "x-secret=secret-of-the-collector",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    };
  }

  #add(body: string): void {
    this.sent += body;
    for (const { resource, scopeSpans } of requestSchema.parse(JSON.parse(body)).resourceSpans) {
      const service = valuesOf(resource.attributes)["service.name"];
      for (const { attributes, ...span } of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({ ...span, service, attributes: valuesOf(attributes) });
      }
    }
  }

  /** Returns the names from a span up to the first of its trace, each with its program. */
  pathOf(span: CollectedSpan): string[] {
    const parent = this.spans.find(
      ({ spanId, traceId }) => spanId === span.parentSpanId && traceId === span.traceId,
    );
    const own = `${String(span.service)}: ${span.name}`;
    return parent === undefined ? [own] : [own, ...this.pathOf(parent)];
  }
}

function valuesOf(attributes: readonly z.infer<typeof attributeSchema>[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** Creates collectors that are closed after the calling suite. */
export function traceCollectors(): () => Promise<TraceCollector> {
  const servers = localServers();
  return async () => await TraceCollector.listen(servers);
}
