import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { checkout } from "../../scripts/checkout.mjs";
import { cachePath, digestOf, keepNewest } from "./cache-folder.mjs";
import { seconds } from "./command.mjs";

const recipe = "dist/images/debian";
const aptLists = "/var/lib/apt/lists";
const kept = 2;

/**
 * A whole distribution for the tests that need one; they find it by the environment variable. It is built while there
 * is still a network to get its packages from, and again only when its recipe or the suite's packages have changed.
 */
export async function debianImage(files) {
  if (!files.some((file) => file.includes("/debian"))) {
    return {};
  }
  const tarball = cachePath(`images/debian-12-${contentKey()}.tar`);
  if (!existsSync(tarball)) {
    const startedAt = performance.now();
    const { buildStockImage } = createRequire(import.meta.url)(join(checkout, "dist/images/stock-images.js"));
    // Another run may build it at the same time; the last one replaces a complete file by an equal one.
    const aside = `${tarball}.${process.pid}`;
    await buildStockImage("debian-12", aside, {});
    renameSync(aside, tarball);
    keepNewest("images", kept);
    console.log(`\n== the image debian-12 was built (${seconds(performance.now() - startedAt)})`);
  }
  return { MINICLOUD_TEST_DEBIAN: tarball };
}

/** Of the recipe, and of what apt last heard of the suite's packages. */
function contentKey() {
  const scripts = readdirSync(join(checkout, recipe)).filter((name) => name.endsWith(".js"));
  const releases = readdirSync(aptLists)
    .filter((name) => /_bookworm(-[a-z]+)?_InRelease$/.test(name))
    .sort();
  return digestOf(
    scripts.map((name) => `${recipe}/${name}`),
    ...releases.map((name) => readFileSync(join(aptLists, name), "utf8")),
  );
}
