import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { checkout } from "../../scripts/checkout.mjs";
import { digestOf, keepNewest, readCache, writeCache } from "./cache-folder.mjs";
import { npmProgram, runCommand } from "./command.mjs";

/** `takes` names the files that a check can look at alone; without it, the check knows only the whole tree. */
const checks = [
  { name: "format", program: "biome", words: ["check"], takes: /\.([cm]?[jt]s|json)$/ },
  {
    name: "who imports whom",
    program: "depcruise",
    words: ["--config", ".dependency-cruiser.cjs", "--output-type", "err"],
    takes: /\.[cm]?[jt]s$/,
  },
  { name: "dashboard", program: "tsc", words: ["--project", "dashboard"] },
  { name: "examples", program: "tsc", words: ["--project", "examples", "--noEmit"] },
  {
    name: "docs of the public API",
    program: "typedoc",
    words: ["--options", "scripts/typedoc/typedoc.json", "--emit", "none"],
  },
  { name: "TypeScript rules", program: "eslint", words: [], takes: /\.ts$/ },
  {
    name: "GitHub workflows",
    script: "test/runner/workflows.mjs",
    words: [],
    takes: /^\.github\/workflows\/.*\.yml$/,
  },
  { name: "npm package", script: "test/runner/npm-package.mjs", words: [] },
  { name: "plain English", script: "test/runner/plain-english.mjs", words: [], takes: /\.(md|[cm]?[jt]s)$/ },
];

/** The command of a check, and what identifies it in the cache. */
function commandOf({ name, program, script }) {
  return script === undefined
    ? { id: `${program}-${name.replaceAll(" ", "-")}`, command: npmProgram(program), first: [] }
    : { id: basename(script, ".mjs"), command: process.execPath, first: [script] };
}

const passes = "lint";
const kept = 40;

/**
 * Runs every check, also after one has failed. A check that passed on the same contents is not run again: by the whole
 * tree and not file by file, since types and imports reach from one file into others.
 */
export async function lint(files = []) {
  if (files.length > 0) {
    return await lintFiles(files);
  }
  const failed = [];
  const times = [];
  const contents = digestOf(sources());
  for (const check of checks) {
    const { name, words, takes } = check;
    const { id, command, first } = commandOf(check);
    const heading = `lint: ${name}`;
    const pass = `${passes}/${id}-${contents}.json`;
    if (readCache(pass) !== undefined) {
      console.log(`\n== ${heading}: passed before on the same contents`);
      continue;
    }
    const { succeeded, milliseconds } = await runCommand(heading, command, [
      ...first,
      ...words,
      ...(takes === undefined ? [] : ["."]),
    ]);
    times.push({ file: heading, milliseconds });
    if (succeeded) {
      writeCache(pass, {});
      keepNewest(passes, kept);
    } else {
      failed.push(heading);
    }
  }
  return { passed: checks.length - failed.length, failed, skipped: [], times };
}

/** Some files alone, which takes seconds. */
async function lintFiles(files) {
  const failed = [];
  let passed = 0;
  for (const check of checks) {
    const { name, words, takes } = check;
    const { command, first } = commandOf(check);
    const own = files.filter((file) => takes?.test(file));
    if (own.length > 0) {
      const { succeeded } = await runCommand(`lint: ${name}`, command, [...first, ...words, ...own]);
      passed += succeeded ? 1 : 0;
      failed.push(...(succeeded ? [] : [`lint: ${name}`]));
    }
  }
  return { passed, failed, skipped: [], times: [] };
}

const notSources = new Set(["dist", "node_modules", ".git"]);

/** All that a check may read: the checkout's own files, and by its lock file those of its packages. */
function sources() {
  return readdirSync(checkout, { withFileTypes: true })
    .filter(({ name }) => !notSources.has(name))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(entry.name) : [entry.name]));
}

function filesUnder(folder) {
  return readdirSync(join(checkout, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(checkout.length + 1));
}
