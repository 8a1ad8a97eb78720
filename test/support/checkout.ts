import { join } from "node:path";

/** The folder of this checkout. */
export const checkout = join(__dirname, "..", "..", "..");

/** The path of a compiled file, given as seen from the checkout: `compiled("cli/bin/mcc.js")`. */
export function compiled(path: string): string {
  return join(checkout, "dist", path);
}
