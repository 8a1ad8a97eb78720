import { MccError } from "../../../protocol/error";
import { show } from "../../../protocol/show";

/**
 * Refuses base64 and dates, which no method accepts, before the parameters are read: base64 would be treated as a
 * struct with a member for each byte.
 *
 * @throws MccError `invalid` that names the member or the position.
 */
export function refuseBinaryParameters(method: string, parameters: readonly unknown[]): void {
  parameters.forEach((parameter, index) => refuseBinary(method, `parameter ${index + 1}`, parameter));
}

function refuseBinary(method: string, place: string, value: unknown): void {
  if (typeof value !== "object" || value === null) {
    return;
  }
  if (Buffer.isBuffer(value) || value instanceof Date) {
    const type = value instanceof Date ? "dateTime.iso8601" : "base64";
    throw new MccError(
      "invalid",
      `${method}: ${place} has the type ${type}, which no method accepts; send a string, and base64 in it for binary data.`,
    );
  }
  for (const [name, member] of Object.entries(value)) {
    refuseBinary(method, Array.isArray(value) ? place : show(name), member);
  }
}
