import { setImmediate } from "node:timers/promises";
import type { MccError } from "../../error";
import type { RequestId } from "./requests";

/** The error codes that JSON-RPC 2.0 itself defines. The others are the fault numbers of MiniCloud. */
export const protocolErrors = { parse: -32_700, request: -32_600, method: -32_601 } as const;

/** The number of items of a list to write before the event loop runs other work. */
const sliceItems = 500;

/**
 * Returns the answer to a request. It writes a long list in slices, between which the event loop runs.
 *
 * @param signal aborts the encoding.
 * @throws the reason of the signal.
 */
export async function encodeResult(id: RequestId, result: unknown, signal?: AbortSignal): Promise<string> {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${await textOf(result, signal)}}`;
}

async function textOf(result: unknown, signal: AbortSignal | undefined): Promise<string> {
  if (!Array.isArray(result) || result.length <= sliceItems) {
    return JSON.stringify(result ?? null);
  }
  const slices: string[] = [];
  for (let start = 0; start < result.length; start += sliceItems) {
    slices.push(JSON.stringify(result.slice(start, start + sliceItems)).slice(1, -1));
    await setImmediate();
    signal?.throwIfAborted();
  }
  return `[${slices.join(",")}]`;
}

/**
 * Returns the answer that reports an error. Its `data.code` is MiniCloud's word for it.
 *
 * @param code default: the fault number of the error.
 */
export function encodeError(id: RequestId, error: MccError, code: number = error.fault): string {
  const { message } = error;
  return JSON.stringify({ jsonrpc: "2.0", id, error: { code, message, data: { code: error.code } } });
}
