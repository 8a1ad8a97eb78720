import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { MccError } from "../../protocol/error";
import { encodeFault } from "../../protocol/wire/codec";

/** An HTTP answer, as data. */
export interface Reply {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** A call's own answer, be it a result or a fault: for XML-RPC both are an HTTP success. */
export function xmlReply(body: string): Reply {
  return { status: 200, headers: { "content-type": "text/xml; charset=utf-8" }, body };
}

/** What was refused before it was a call: the HTTP status says so, and the body is a fault all the same. */
export function refusal(status: number, error: MccError, headers: OutgoingHttpHeaders = {}): Reply {
  const { body, headers: xmlHeaders } = xmlReply(encodeFault(error.fault, error.message));
  return { status, headers: { ...xmlHeaders, ...headers }, body };
}

/** For whoever is no XML-RPC client: a person with a browser, or a client with the wrong address. */
export function textReply(status: number, line: string, headers: OutgoingHttpHeaders = {}): Reply {
  return {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
    body: `${line}\n`,
  };
}

interface Sending {
  /** Ends the connection once the answer is out. */
  readonly last: boolean;
  /** When nothing of the answer was read for so long, the connection is closed. */
  readonly timeoutMs: number;
}

/**
 * Sends it at once, also to who is not through with the request: the rest of that is read and dropped before the
 * connection may end, as who cannot write on would not come to read the answer.
 */
export function send(response: ServerResponse, reply: Reply, { last, timeoutMs }: Sending): void {
  // Node looks whether anything was written meanwhile.
  response.setTimeout(timeoutMs, () => response.destroy());
  // The limit is the connection's: without this, a call behind this one would have to end within it. First, as Node then
  // limits how long the connection may be idle.
  response.prependOnceListener("finish", () => response.req.socket.setTimeout(0));
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(last ? { connection: "close" } : {}),
    "content-length": Buffer.byteLength(reply.body),
  });
  const request = response.req;
  if (request.complete) {
    response.end(reply.body);
  } else {
    response.write(reply.body);
    request.once("close", () => response.end()).resume();
  }
}
