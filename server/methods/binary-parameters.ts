import { MccError } from "../../protocol/error";
import { show } from "../../protocol/show";

/**
 * Refuses what no method takes, before anything looks into it: base64 would pass for a struct with a member for each of
 * its bytes.
 *
 * @throws MccError `invalid` that names the member or the place where it is.
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
      `${method}: ${place} is of the type ${type}, which no method takes; send a string, for binary data with its base64 in it.`,
    );
  }
  for (const [name, member] of Object.entries(value)) {
    refuseBinary(method, Array.isArray(value) ? place : show(name), member);
  }
}
