import type { IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";

/** 10,000 instances have some 20 MiB; two outputs of `instance.exec` at their largest have 45 MiB. */
export const largestAnswerBytes = 128 * 1024 * 1024;

/**
 * Reads the body of an answer as text.
 *
 * @returns undefined as soon as it is longer than the limit; its connection is closed then.
 */
export async function readAnswer(response: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  const decoder = new StringDecoder("utf8");
  const parts: string[] = [];
  let bytes = 0;
  // Leaving the loop destroys the response, and its connection with it.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limitBytes) {
      return undefined;
    }
    parts.push(decoder.write(chunk));
  }
  return parts.join("") + decoder.end();
}
