import * as z from "zod";
import { MccError, messageOf } from "../../error";
import { callLimits, mostCalls } from "../message-limits";
import { refuseUnsendable } from "../xml-characters";
import { checkJsonSize } from "./scan";

/** Identifies a request in its answer. */
export type RequestId = string | number | null;

/** A valid request. */
export interface JsonRequest {
  /** Absent for a notification, which gets no answer. */
  readonly id?: RequestId | undefined;
  readonly method: string;
  /** By position. Named parameters are one object. */
  readonly parameters: readonly unknown[];
}

/** A request that is not one, and why. */
export interface BadRequest {
  readonly id: RequestId;
  readonly error: MccError;
}

/** The body of a request to the daemon. */
export interface JsonMessage {
  /** Whether the answers are an array too. */
  readonly isBatch: boolean;
  readonly requests: readonly (JsonRequest | BadRequest)[];
}

/** A body that contains no requests: not JSON, or not an object or an array of objects. */
export class NoRequest extends MccError {
  /** @param isJson whether it is JSON at all. */
  constructor(
    readonly isJson: boolean,
    reason: string,
  ) {
    super("invalid", reason);
  }
}

const idSchema = z.union([z.string(), z.number(), z.null()]);

const requestSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: idSchema.optional(),
  method: z.string(),
  params: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).default([]),
});

/**
 * Decodes the body of a request: JSON-RPC 2.0, one request or a batch.
 *
 * @throws NoRequest if the body is no JSON, contains no request, or exceeds `callLimits`.
 */
export async function decodeRequests(text: string): Promise<JsonMessage> {
  const message = await parse(text);
  if (!Array.isArray(message)) {
    return { isBatch: false, requests: [requestOf(message)] };
  }
  if (message.length === 0 || message.length > mostCalls) {
    throw new NoRequest(
      true,
      `The batch has ${message.length} requests; send between 1 and ${mostCalls} in one.`,
    );
  }
  return { isBatch: true, requests: message.map(requestOf) };
}

async function parse(text: string): Promise<unknown> {
  try {
    await checkJsonSize(text, callLimits);
  } catch (error) {
    throw new NoRequest(true, `The message ${messageOf(error)}; send less in one message.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    // The reason of the parser quotes the text, which can contain a secret.
    throw new NoRequest(
      false,
      "The request is not JSON; send one JSON-RPC 2.0 request, or an array of them.",
    );
  }
}

function requestOf(value: unknown): JsonRequest | BadRequest {
  const parsed = requestSchema.safeParse(value);
  if (!parsed.success) {
    const [place] = parsed.error.issues.map(({ path }) => path.join("."));
    const what = place === undefined || place === "" ? "it is no object" : `"${place}" is missing or wrong`;
    return { id: idOf(value), error: new MccError("invalid", `The request is not JSON-RPC 2.0: ${what}.`) };
  }
  const { id, method, params } = parsed.data;
  const parameters = Array.isArray(params) ? params : [params];
  try {
    // Those of the text: the schema leaves out what is named __proto__.
    checkTexts(Reflect.get(Object(value), "params"));
  } catch (error) {
    return { id: id ?? null, error: MccError.reword(error, messageOf(error)) };
  }
  return { id, method, parameters };
}

function idOf(value: unknown): RequestId {
  const id: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "id") : undefined;
  return idSchema.safeParse(id).data ?? null;
}

/** Refuses what the daemon's other protocol cannot send, so that both accept the same values. The depth is limited. */
function checkTexts(value: unknown): void {
  if (typeof value === "string") {
    refuseUnsendable(value);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      if (name === "__proto__") {
        throw new MccError("invalid", "No parameter may have the name __proto__; remove it.");
      }
      refuseUnsendable(name);
      checkTexts(member);
    }
  }
}
