import type { z } from "zod";
import { MccError } from "../../../../protocol/error";
import { type ApiError, apiError } from "./api-error";
import { envelopeSchema } from "./types";

/** Returns the error for an answer with a status from 400 on. @param what the call, such as `GET /1.0/instances`. */
export function refusal(what: string, status: number, text: string): ApiError {
  const envelope = envelopeSchema.safeParse(parsed(text));
  return envelope.success && envelope.data.error !== ""
    ? apiError(what, envelope.data.error_code || status, envelope.data.error)
    : apiError(what, status, text);
}

/** @returns undefined for a text that is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** @throws MccError `engine` if the value does not fit. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const found = schema.safeParse(value);
  if (found.success) {
    return found.data;
  }
  const [issue] = found.error.issues;
  throw new MccError(
    "engine",
    `The engine's answer to ${what} is not that of Incus or LXD: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}.`,
  );
}
