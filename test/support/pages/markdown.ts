import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../checkout";

/** A block of code between fences. */
export interface Block {
  /** The line of its first fence, from 1. */
  readonly line: number;
  /** The first word after the fence, such as `ts`. */
  readonly language: string;
  /** The reason why no test runs it, from the comment `<!-- not run: … -->` in the line above it. */
  readonly notRun: string | undefined;
  readonly text: string;
}

export interface Link {
  readonly line: number;
  readonly target: string;
}

/** A Markdown file of the checkout. */
export interface Page {
  /** The path relative to the checkout. */
  readonly path: string;
  readonly blocks: readonly Block[];
  /** Links and images. */
  readonly links: readonly Link[];
  /** The anchors of the headings, in the form of GitHub. */
  readonly anchors: ReadonlySet<string>;
  /** The code in backquotes outside of blocks. */
  readonly inlineCode: readonly string[];
}

/** All Markdown files that the project writes. */
export function readPages(): Page[] {
  const inRoot = readdirSync(checkout).filter((name) => name.endsWith(".md"));
  const inDocs = readdirSync(join(checkout, "docs")).filter((name) => name.endsWith(".md"));
  return [...inRoot, ...inDocs.map((name) => `docs/${name}`)].map((path) =>
    parsePage(path, readFileSync(join(checkout, path), "utf8")),
  );
}

export function parsePage(path: string, text: string): Page {
  const blocks: Block[] = [];
  const prose: string[] = [];
  const lines = text.split("\n");
  let open: { line: number; language: string; fence: string } | undefined;
  lines.forEach((line, index) => {
    const [, fence, language = ""] = /^\s*(`{3,})(\S*)/.exec(line) ?? [];
    if (open === undefined && fence !== undefined) {
      open = { line: index + 1, language, fence };
    } else if (open !== undefined && line.trim() === open.fence) {
      const notRun = /^<!-- not run: (.+) -->$/.exec(lines[open.line - 2] ?? "")?.[1];
      const body = lines.slice(open.line, index).join("\n");
      blocks.push({ line: open.line, language: open.language, notRun, text: body });
      open = undefined;
    }
    // Blocks contain no links. Empty lines replace them, so that the line numbers stay the same.
    prose.push(open === undefined && fence === undefined ? line : "");
  });
  const proseText = prose.join("\n");
  const withoutCode = proseText.replace(/`[^`\n]*`/g, (code) => " ".repeat(code.length));
  return {
    path,
    blocks,
    links: [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)].map(({ index, 1: target = "" }) => ({
      line: withoutCode.slice(0, index).split("\n").length,
      target,
    })),
    anchors: anchorsOf(prose),
    inlineCode: [...proseText.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code.replace(/\s+/g, " ")),
  };
}

function anchorsOf(lines: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const line of lines) {
    const [, heading] = /^#{1,6} (.+)$/.exec(line) ?? [];
    if (heading !== undefined) {
      const anchor = heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-");
      let unique = anchor;
      for (let copy = 1; anchors.has(unique); copy += 1) {
        unique = `${anchor}-${copy}`;
      }
      anchors.add(unique);
    }
  }
  return anchors;
}
