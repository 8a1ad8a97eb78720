import { MccError } from "../protocol/error";
import { buildDebianImage, type DebianOptions } from "./debian/build";
import { suites } from "./debian/releases";
import { buildMicroImage } from "./micro/build";

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
  if (suite !== undefined) {
    await buildDebianImage(tarballPath, { ...options, suite });
  } else if (name === "micro") {
    await buildMicroImage(tarballPath);
  } else {
    throw new MccError(
      "invalid",
      `There is no stock image "${name}"; there are ${stockImages.join(", ")}. For another of Debian's, give its --suite.`,
    );
  }
}
