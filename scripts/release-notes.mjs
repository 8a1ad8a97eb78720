/**
 * Prints what the changelog says about a release, for its page:
 *
 *   node scripts/release-notes.mjs 1.0.0
 *
 * It fails for a version that is not that of package.json, or that the changelog does not have.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./checkout.mjs";

/** @throws Error with one line. */
export function releaseNotes(version, changelog, manifest) {
  if (manifest.version !== version) {
    throw new Error(
      `The release ${version} is not the version of package.json, ${manifest.version}; set the tag to that.`,
    );
  }
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${version} - `));
  const [heading = "", ...lines] = (section ?? "").split("\n");
  if (!/ - \d{4}-\d{2}-\d{2}$/.test(heading) || lines.join("").trim() === "") {
    throw new Error(`CHANGELOG.md has no section "## ${version} - <date>" with what changed; write it.`);
  }
  return `${lines.join("\n").trim()}\n`;
}

/** Those of this checkout. */
export function ownReleaseNotes(version) {
  const [changelog, manifest] = ["CHANGELOG.md", "package.json"].map((name) =>
    readFileSync(join(checkout, name), "utf8"),
  );
  return releaseNotes(version ?? JSON.parse(manifest).version, changelog, JSON.parse(manifest));
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.stdout.write(ownReleaseNotes(process.argv[2]));
  } catch (error) {
    console.error(`release-notes: ${error.message}`);
    process.exitCode = 1;
  }
}
