/**
 * The system's code of a failed operation, such as `ENOENT`; empty where there is none. Not told by `instanceof`: test
 * frameworks run code in contexts whose `Error` is another one than that of Node's own errors.
 */
export function systemCodeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
