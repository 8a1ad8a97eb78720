import { readdirSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../scripts/checkout.mjs";

/**
 * The compiled test files, paths seen from the checkout. Those that end in `.real.test.js` need real containers or
 * the real engine; the others run anywhere.
 *
 * @param filters words of which a path must have one; none for all.
 */
export function findTestFiles(filters) {
  const paths = readdirSync(join(checkout, "dist", "test"), { recursive: true })
    .filter((path) => path.endsWith(".test.js"))
    .map((path) => `dist/test/${path}`)
    .filter((path) => filters.length === 0 || filters.some((word) => path.includes(word)))
    .sort();
  const isReal = (path) => path.endsWith(".real.test.js");
  return { unit: paths.filter((path) => !isReal(path)), real: paths.filter(isReal) };
}
