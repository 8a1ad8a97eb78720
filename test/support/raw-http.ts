import { once } from "node:events";
import { request } from "node:http";
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
}

/** One HTTP request just as it is given, on a connection of its own. */
export async function send(url: string, raw: RawRequest): Promise<RawAnswer> {
  const { method = "POST", path = "/", headers = {}, body = "" } = raw;
  const sent = request(new URL(path, url), { method, headers, agent: false });
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

/** Whatever comes back for these bytes until the other side closes; `end` closes this side after them. */
export async function sendBytes(port: number, bytes: string, { end }: { end: boolean }): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(bytes);
  if (end) {
    socket.end();
  }
  return await text(socket);
}
