import { join } from "node:path";

/** The folder of this checkout. */
export const checkout = join(__dirname, "..", "..", "..");

/** Returns the absolute path of a compiled file, such as `compiled("programs/bin/mcc.js")`. */
export function compiled(path: string): string {
  return join(checkout, "dist", path);
}
