import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Returns the version in this package's package.json, which is two folders above the compiled file. */
export function packageVersion(): string {
  const text = readFileSync(join(__dirname, "..", "..", "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
