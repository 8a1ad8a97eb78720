import { MccError } from "../protocol/error";
import type { DebianOptions } from "./debian/build";
import { suites } from "./debian/releases";

/** The images that can be built by their names alone. */
export const stockImages = ["micro", ...Object.keys(suites)];

/**
 * Builds the stock image of that name, or, where a suite is given, Debian's.
 *
 * @param tarballPath is written whole or not at all.
 * @throws MccError `invalid` for a name that stands for no stock image; `unavailable` for what the host lacks.
 */
export async function buildStockImage(
  name: string,
  tarballPath: string,
  { suite = suites[name], ...options }: Partial<DebianOptions>,
): Promise<void> {
  // What builds is loaded no earlier, as all commands load the names.
  if (suite !== undefined) {
    const { buildDebianImage } = await import("./debian/build.js");
    await buildDebianImage(tarballPath, { ...options, suite });
  } else if (name === "micro") {
    const { buildMicroImage } = await import("./micro/build.js");
    await buildMicroImage(tarballPath);
  } else {
    throw new MccError(
      "invalid",
      `There is no stock image "${name}"; there are ${stockImages.join(", ")}. For another of Debian's, give its --suite.`,
    );
  }
}
