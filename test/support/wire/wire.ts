import { decodeResponse, encodeCall } from "../../../protocol/wire/codec";
import { type RawAnswer, type RawRequest, send } from "../http/raw-http";

/** A call as it goes over the wire. */
export function callRequest(method: string, parameters: unknown[], token?: string): RawRequest {
  return {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: encodeCall(method, parameters),
  };
}

/** What the answer says, result or fault. @throws MccError what the fault says. */
export async function resultOf(answer: Promise<RawAnswer>): Promise<unknown> {
  return await decodeResponse((await answer).body);
}

/** Makes a call on a connection of its own, without a client between. */
export async function callRaw(
  { url, token }: { url: string; token?: string },
  method: string,
  ...parameters: unknown[]
): Promise<unknown> {
  return await resultOf(send(url, callRequest(method, parameters, token)));
}
