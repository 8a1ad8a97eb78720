import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";
import { refusal } from "./read-answer";

interface Place {
  /** Of the HTTP calls. */
  readonly origin: string;
  /** Of a unix socket; undefined for HTTPS. */
  readonly socketPath: string | undefined;
}

/**
 * Opens a websocket at one daemon. It is paused, so that nothing is lost before a listener exists.
 *
 * @param tls the options of the connection for HTTPS.
 * @throws ApiError if the daemon answers that it refuses it; the error of the connection.
 */
export async function openWebSocket(
  { origin, socketPath }: Place,
  path: string,
  timeoutMs: number,
  tls: object,
): Promise<WebSocket> {
  const url =
    socketPath === undefined ? `${origin.replace(/^http/, "ws")}${path}` : `ws+unix:${socketPath}:${path}`;
  const socket = new WebSocket(url, {
    handshakeTimeout: timeoutMs,
    perMessageDeflate: false,
    maxPayload: 0,
    ...tls,
  });
  return await new Promise<WebSocket>((resolve, reject) => {
    socket.once("open", () => {
      socket.off("error", reject);
      // Otherwise a broken connection would end the daemon. The event "close" follows.
      socket.on("error", () => undefined);
      socket.pause();
      resolve(socket);
    });
    socket.once("error", reject);
    // Without this listener, the error would not have the words of the answer.
    socket.once("unexpected-response", (_request, answer: IncomingMessage) => {
      const what = `GET ${path.split("?")[0] ?? ""}`;
      text(answer)
        .then((words) => reject(refusal(what, answer.statusCode ?? 0, words)), reject)
        .finally(() => socket.terminate());
    });
  });
}
