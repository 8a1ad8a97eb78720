/** Checks that the package can be published: what npm would send, and that the changelog has its version. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../scripts/checkout.mjs";
import { ownReleaseNotes } from "../../scripts/release-notes.mjs";

/** Files without which the package does not work. Each folder of `files` in package.json must have some. */
const needed = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "SECURITY.md",
  "dist/programs/bundle.js",
  "dist/programs/bundle.js.code",
];
/** Files of tests, and what would tell of this machine. */
const unwanted = /^(test|dist\/test|node_modules|\.github)\/|\.(tsbuildinfo|tgz|log)$|(^|\/)\.env/;

const words = ["publish", "--dry-run", "--json", "--offline", "--ignore-scripts", "--access=public"];
const output = execFileSync("npm", words, {
  cwd: checkout,
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
});
const answer = JSON.parse(output);
const { name, version, files } = answer.minicloud ?? answer;
const paths = files.map(({ path }) => path);
const manifest = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));

const entries = [
  ...Object.values(manifest.bin),
  ...Object.values(manifest.exports),
  manifest.types,
  ...Object.values(manifest.typesVersions["*"]).flat(),
].map((path) => path.replace(/^\.\//, ""));
const problems = [
  ...[...needed, ...entries]
    .filter((path) => path !== "package.json" && !paths.includes(path))
    .map((path) => `${path} is missing`),
  ...paths.filter((path) => unwanted.test(path)).map((path) => `${path} does not belong into it`),
  ...(name === manifest.name && version === manifest.version ? [] : [`it is ${name}@${version}`]),
];
try {
  ownReleaseNotes();
} catch (error) {
  problems.push(error.message);
}
problems.forEach((problem) => console.error(`npm package: ${problem}`));
process.exitCode = problems.length === 0 ? 0 : 1;
