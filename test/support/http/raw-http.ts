import { once } from "node:events";
import { request } from "node:http";
import { request as requestTls } from "node:https";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

export interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** The trusted certificate for HTTPS. */
  readonly ca?: string;
}

/** Sends one HTTP request on a new connection, as given; it has the content type of XML-RPC unless it has another one. */
export async function send(url: string, raw: RawRequest): Promise<RawAnswer> {
  const { method = "POST", path = "/", headers = {}, body = "", ca } = raw;
  const options = { method, headers: { "content-type": "text/xml", ...headers }, agent: false };
  const target = new URL(path, url);
  const sent =
    ca === undefined
      ? request(target, options)
      : requestTls(target, { ...options, ca, checkServerIdentity: () => undefined });
  sent.end(body);
  return await new Promise((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response) => {
      text(response).then(
        (answer) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer }),
        reject,
      );
    });
  });
}

/** Sends these bytes and returns the answer until the server closes. `end` closes this side after the bytes. */
export async function sendBytes(port: number, bytes: string, { end }: { end: boolean }): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(bytes);
  if (end) {
    socket.end();
  }
  return await text(socket);
}
