import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../quickstart/checkout.mjs";

/**
 * Builds a whole distribution once for all tests that need it, while there is still a network to get its packages
 * from. They find it by the environment variable.
 */
export async function debianImage(files) {
  if (!files.some((file) => file.includes("/debian"))) {
    return {};
  }
  console.log("\n== the image debian-12");
  const { buildStockImage } = createRequire(import.meta.url)(join(checkout, "dist/images/stock-images.js"));
  const tarball = join(tmpdir(), "debian-12.tar");
  await buildStockImage("debian-12", tarball, { onProgress: (doing) => console.log(doing) });
  return { MINICLOUD_TEST_DEBIAN: tarball };
}
