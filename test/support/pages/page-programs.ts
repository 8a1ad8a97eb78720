import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../checkout";
import { type Block, type Page, readPages } from "./markdown";

/** A TypeScript block of a page. */
export interface PageProgram {
  /** `page:line` */
  readonly title: string;
  readonly text: string;
  /** The way in which a user runs it. */
  readonly kind: "mocha" | "pulumi" | "node";
  /** The program that it imports as `./index`. */
  readonly index: string | undefined;
}

/** All TypeScript blocks of the README and the docs. */
export function pagePrograms(): PageProgram[] {
  return readPages().flatMap((page) =>
    page.blocks
      .filter(({ language, notRun }) => language === "ts" && notRun === undefined)
      .map((block) => programOf(page, block)),
  );
}

function programOf({ path, blocks }: Page, { line, text }: Block): PageProgram {
  const kind = /^it\(/m.test(text) ? "mocha" : text.includes('from "minicloud"') ? "pulumi" : "node";
  const index = text.includes('import("./index")')
    ? blocks.find((block) => block.text.includes("export const fleet"))?.text
    : undefined;
  return { title: `${path}:${line}`, text, kind, index };
}

/** Gives a folder the packages of a project with MiniCloud. */
export async function installInto(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "example", private: true }));
  await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
}
