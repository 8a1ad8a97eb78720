import type { IncomingMessage } from "node:http";
import { MccError } from "../../protocol/error";
import { KeptBytes } from "../support/kept-bytes";

/**
 * The request's body as text; undefined as soon as it is longer than the limit, and then the rest is read and
 * dropped, so that the client gets to read the answer.
 *
 * @throws MccError `invalid` when the connection ends before the body does.
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
      reject(new MccError("invalid", `The request was cut off after ${bytes} bytes.`, { cause: error })),
    );
  });
}
