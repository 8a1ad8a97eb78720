import type { IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";

/** The limit of an answer. 10,000 instances need about 20 MiB, two outputs of `instance.exec` up to 45 MiB. */
export const largestAnswerBytes = 128 * 1024 * 1024;

/**
 * Reads the body of an answer as text.
 *
 * @returns undefined as soon as it exceeds the limit. The connection is then closed.
 */
export async function readAnswer(response: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  const decoder = new StringDecoder("utf8");
  const parts: string[] = [];
  let bytes = 0;
  // Leaving the loop destroys the response and closes its connection.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limitBytes) {
      return undefined;
    }
    parts.push(decoder.write(chunk));
  }
  return parts.join("") + decoder.end();
}
