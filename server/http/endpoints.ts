import type { IncomingMessage } from "node:http";
import type { Caller } from "../methods/calls/callable";
import type { Document, MetricsOf } from "../methods/metrics";
import { jsonRpc } from "./protocols/json-rpc";
import type { Protocol } from "./protocols/protocol";
import { xmlRpc } from "./protocols/xml-rpc";

/** Who asks for a document, and what the daemon's metrics are. */
export interface DocumentRequest {
  readonly caller: Caller;
  readonly metrics: MetricsOf;
}

/** What the daemon answers at one path. */
export interface Endpoint {
  readonly verb: "GET" | "POST";
  /** How calls, and errors before a call, are written. */
  readonly protocol: Protocol;
  /** Returns the answer to every request. Default: the requests contain calls. @throws MccError for one that is refused. */
  readonly document?: (asked: DocumentRequest) => Promise<Document>;
  /** Whether the answer is a stream of events. Default: no. */
  readonly streams?: true;
  /** Whether a session of the dashboard can take the place of a token. Default: no. */
  readonly sessions?: true;
}

const endpoints: Readonly<Record<string, Endpoint>> = {
  "/": { verb: "POST", protocol: xmlRpc },
  "/rpc": { verb: "POST", protocol: jsonRpc, sessions: true },
  "/openrpc.json": { verb: "GET", protocol: jsonRpc, document: openRpcText },
  "/metrics": { verb: "GET", protocol: jsonRpc, document: ({ caller, metrics }) => metrics(caller) },
  "/events": { verb: "GET", protocol: jsonRpc, streams: true, sessions: true },
};

/** The endpoints in words, for a refusal. */
export const everyEndpoint =
  "XML-RPC calls as POST to /, JSON-RPC calls as POST to /rpc, and GET /openrpc.json, /metrics and /events";

/** Returns the endpoint of a request's path; undefined if there is none. Only a stream can have a query. */
export function endpointOf({ url = "" }: IncomingMessage): Endpoint | undefined {
  const [path = ""] = url.split("?");
  const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
  return path === url || endpoint?.streams === true ? endpoint : undefined;
}

/** Returns the query of a request. */
export function queryOf({ url = "" }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.slice(url.indexOf("?") + 1 || url.length));
}

/** Loaded when it is first asked for, because few ask, and it needs every schema. */
async function openRpcText(): Promise<Document> {
  const { openRpcDocument } = await import("../methods/openrpc.js");
  return { contentType: "application/json", text: `${JSON.stringify(openRpcDocument(), null, 2)}\n` };
}
