import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { packageFolder } from "./package-folder";

/** Returns the version in this package's package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(packageFolder(), "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
