/**
 * Returns the system's code of a failed operation, such as `ENOENT`, or an empty string. It does not use `instanceof`,
 * because test frameworks run code in contexts whose `Error` differs from that of Node's own errors.
 */
export function systemCodeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
