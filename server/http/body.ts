import type { IncomingMessage } from "node:http";
import { MccError } from "../../protocol/error";
import { KeptBytes } from "../support/kept-bytes";

/**
 * Returns the request's body as text; undefined as soon as it exceeds the limit. Then the rest is read and discarded,
 * so that the client can read the answer.
 *
 * @throws MccError `invalid` if the connection ends before the body does.
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) {
    return undefined;
  }
  return await new Promise((resolve, reject) => {
    let body = new KeptBytes(limitBytes);
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) {
        body = new KeptBytes(0);
        resolve(undefined);
      } else {
        body.add(chunk);
      }
    });
    request.on("end", () => resolve(body.bytes().toString("utf8")));
    request.on("error", (error) =>
      reject(
        new MccError("invalid", `The connection ended after ${bytes} bytes of the request, before its end.`, {
          cause: error,
        }),
      ),
    );
  });
}
