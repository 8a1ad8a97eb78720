import { MccError } from "../protocol/error";
import type { DebianOptions } from "./debian/build";
import { suites } from "./debian/releases";

/** The names of the stock images. */
export const stockImages = ["micro", ...Object.keys(suites)];

/**
 * Builds the stock image of this name, or an image of the given suite.
 *
 * @param tarballPath the path of the image, which is written completely or not at all.
 * @throws MccError `invalid` if there is no such stock image; `unavailable` if the host lacks a program.
 */
export async function buildStockImage(
  name: string,
  tarballPath: string,
  { suite = suites[name], ...options }: Partial<DebianOptions>,
): Promise<void> {
  // The builders are loaded lazily, because all commands load the names.
  if (suite !== undefined) {
    const { buildDebianImage } = await import("./debian/build.js");
    await buildDebianImage(tarballPath, { ...options, suite });
  } else if (name === "micro") {
    const { buildMicroImage } = await import("./micro/build.js");
    await buildMicroImage(tarballPath);
  } else {
    throw new MccError(
      "invalid",
      `There is no stock image "${name}"; use one of ${stockImages.join(", ")}, or give a --suite.`,
    );
  }
}
