import { decodeResponse, encodeCall } from "../../../protocol/wire/codec";
import { type RawAnswer, type RawRequest, send } from "../http/raw-http";

/** Returns the XML of a call. */
export function callRequest(method: string, parameters: unknown[], token?: string): RawRequest {
  return {
    headers: {
      "content-type": "text/xml",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: encodeCall(method, parameters),
  };
}

/** Returns the result of an answer. @throws MccError the fault of the answer. */
export async function resultOf(answer: Promise<RawAnswer>): Promise<unknown> {
  return await decodeResponse((await answer).body);
}

/** Makes a call on a new connection without a client. */
export async function callRaw(
  { url, token }: { url: string; token?: string | undefined },
  method: string,
  ...parameters: unknown[]
): Promise<unknown> {
  return await resultOf(send(url, callRequest(method, parameters, token)));
}
