import * as z from "zod";
import { MccError } from "../../error";
import { refuseUnsendable } from "../xml-characters";
import { protocolErrors } from "./answers";

/** The fault numbers with the meanings of JSON-RPC's own codes. The other codes are fault numbers. */
const faultsOfProtocolErrors = new Map<number, number>([
  [protocolErrors.parse, new MccError("invalid", "").fault],
  [protocolErrors.request, new MccError("invalid", "").fault],
  [protocolErrors.method, new MccError("not-found", "").fault],
]);

const answerSchema = z.union([
  z.object({ jsonrpc: z.literal("2.0"), result: z.unknown() }).refine((answer) => "result" in answer),
  z.object({
    jsonrpc: z.literal("2.0"),
    error: z.object({
      code: z.number(),
      message: z.string(),
      data: z.object({ code: z.string() }).optional(),
    }),
  }),
]);

/**
 * Encodes a call with named parameters. There is one call in each message, so its id is always the same.
 *
 * @throws MccError `invalid` for a number or a text that the daemon's protocols forbid.
 */
export function encodeRequest(method: string, parameters: object): string {
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: parameters }, checked);
}

/** Omits members that are `undefined`, as JSON.stringify does. */
function checked(name: string, value: unknown): unknown {
  refuseUnsendable(name);
  if (typeof value === "string") {
    refuseUnsendable(value);
  } else if (typeof value === "number" && !Number.isFinite(value)) {
    throw new MccError("invalid", `The number ${value} cannot be sent; give a finite one.`);
  }
  return value;
}

/**
 * Decodes the answer to a call.
 *
 * @returns undefined if the text is no such answer.
 * @throws MccError of the daemon.
 */
export function decodeAnswer(text: string): { readonly result: unknown } | undefined {
  const answer = answerSchema.safeParse(parsed(text)).data;
  if (answer === undefined) {
    return undefined;
  }
  if ("error" in answer) {
    const { code, message } = answer.error;
    throw MccError.fromFault(faultsOfProtocolErrors.get(code) ?? code, message);
  }
  return { result: answer.result };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
