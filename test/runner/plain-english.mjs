/**
 * Finds habits that plain-english-rules.mjs lists in Markdown and in the comments and texts of sources:
 *
 *   node test/runner/plain-english.mjs [.]         every file of the places that are switched on
 *   node test/runner/plain-english.mjs FILE...     these files, as far as their place is switched on
 *   node test/runner/plain-english.mjs --all FILE  these files, wherever they are
 *   node test/runner/plain-english.mjs --count     the hits in each place
 *
 * A text that must keep a habit, such as an old message, has a comment with `plain English: allow` and the reason in its
 * own line or in the line above.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { checkout } from "../../scripts/checkout.mjs";
import { habits, places } from "./plain-english-rules.mjs";

export const takes = /\.(md|[cm]?[jt]s)$/;
const notSources = new Set(["dist", "node_modules", ".git", "log"]);

/** Every hit in a file: `{ path, line, found, write }`. */
export function findHabits(path, text) {
  const lines = text.split("\n");
  const isAllowed = (line) =>
    [lines[line - 1], lines[line - 2]].some((one) => one?.includes("plain English: allow"));
  const prose = path.endsWith(".md") ? proseOfMarkdown(text) : proseOfSource(text);
  return prose.flatMap(({ line, text: words }) =>
    habits.flatMap(({ pattern, write }) => {
      const [found] = pattern.exec(words) ?? [];
      return found === undefined || isAllowed(line) ? [] : [{ path, line, found: found.trim(), write }];
    }),
  );
}

/** The lines outside of blocks of code, without code between backquotes. */
function proseOfMarkdown(text) {
  let inBlock = false;
  return text.split("\n").flatMap((line, index) => {
    if (/^\s*```/.test(line)) {
      inBlock = !inBlock;
      return [];
    }
    return inBlock ? [] : [{ line: index + 1, text: line.replace(/`[^`]*`/g, "`") }];
  });
}

/** The comments, and the texts between quotes. */
function proseOfSource(text) {
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  const prose = [];
  const add = (start, part) => {
    const first = source.getLineAndCharacterOfPosition(start).line + 1;
    part
      .split("\n")
      .forEach((words, index) => prose.push({ line: first + index, text: words.replace(/`[^`]*`/g, "`") }));
  };
  const seen = new Set();
  const addComments = (node) => {
    const comments = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ];
    for (const { pos, end } of comments) {
      if (!seen.has(pos)) {
        seen.add(pos);
        add(pos, text.slice(pos, end));
      }
    }
  };
  const visit = (node) => {
    addComments(node);
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      add(node.getStart(), node.text);
    }
    node.getChildren().forEach(visit);
  };
  visit(source);
  return prose;
}

function placeOf(path) {
  return places
    .filter((place) => path.startsWith(place.path))
    .toSorted((one, other) => one.path.length - other.path.length)
    .at(-1);
}

function allFiles() {
  return readdirSync(checkout, { withFileTypes: true })
    .filter(({ name }) => !notSources.has(name))
    .flatMap((entry) =>
      entry.isDirectory()
        ? readdirSync(join(checkout, entry.name), { recursive: true, withFileTypes: true })
            .filter((inner) => inner.isFile())
            .map((inner) => relative(checkout, join(inner.parentPath, inner.name)))
        : [entry.name],
    )
    .filter((path) => takes.test(path));
}

function read(path) {
  return readFileSync(resolve(checkout, path), "utf8");
}

function count() {
  const hits = allFiles().flatMap((path) => findHabits(path, read(path)));
  for (const { path, checked } of places) {
    const own = hits.filter((hit) => placeOf(hit.path)?.path === path);
    console.log(
      `${path.padEnd(24)} ${String(own.length).padStart(5)}  ${checked ? "checked" : "not checked yet"}`,
    );
  }
}

function main(words) {
  if (words[0] === "--count") {
    count();
    return;
  }
  const everywhere = words[0] === "--all";
  const named = everywhere ? words.slice(1) : words;
  const files =
    named.length === 0 || named[0] === "."
      ? allFiles()
      : named.map((file) => relative(checkout, resolve(file)));
  const hits = files
    .filter((path) => everywhere || placeOf(path)?.checked === true)
    .flatMap((path) => findHabits(path, read(path)));
  for (const { path, line, found, write } of hits) {
    console.error(`${path}:${line}: "${found}": write ${write}`);
  }
  process.exitCode = hits.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2));
}
