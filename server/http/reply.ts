import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { MccError } from "../../protocol/error";
import type { Protocol } from "./protocols/protocol";

/** An HTTP answer, as data. */
export interface Reply {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** An answer that grows until its client, its token or the daemon ends. */
export interface StreamReply {
  readonly headers: OutgoingHttpHeaders;
  /** Passes on text from now on, until the function that it returns is called. */
  readonly follow: (write: (text: string) => void) => () => void;
  /** Ends it. Default: only the client and the daemon do. */
  readonly ends?: AbortSignal | undefined;
}

/** Returns the reply to a call. A result and an error both have the HTTP status 200, as the protocols require. */
export function protocolReply({ contentType }: Protocol, body: string): Reply {
  return { status: 200, headers: { "content-type": contentType }, body };
}

/** The reply to calls that want none. */
export const emptyReply: Reply = { status: 204, headers: {}, body: "" };

/** Returns the reply to a request that was refused before it was a call: an HTTP error whose body reports the error. */
export function refusal(
  protocol: Protocol,
  status: number,
  error: MccError,
  headers: OutgoingHttpHeaders = {},
): Reply {
  const { body, headers: ofProtocol } = protocolReply(protocol, protocol.refuse(error));
  return { status, headers: { ...ofProtocol, ...headers }, body };
}

/** Returns a reply for those that make no call: a user with a browser, or a client with the wrong address. */
export function textReply(status: number, line: string, headers: OutgoingHttpHeaders = {}): Reply {
  return {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
    body: `${line}\n`,
  };
}

interface Sending {
  /** Whether to close the connection after the answer. */
  readonly last: boolean;
  /** The connection is closed if the client reads nothing of the answer for this time. */
  readonly timeoutMs: number;
}

/**
 * Sends a reply immediately, also to a client that is still sending its request. The rest of the request is read and
 * discarded before the connection ends, because a client that cannot write may not read the answer.
 */
export function send(response: ServerResponse, reply: Reply, { last, timeoutMs }: Sending): void {
  // Node checks whether something was written in the meantime.
  response.setTimeout(timeoutMs, () => response.destroy());
  // Otherwise the connection's limit would also apply to a call behind this one. Set first, because Node then limits
  // how long the connection may be idle.
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
