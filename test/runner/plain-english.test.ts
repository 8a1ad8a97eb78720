import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";

const script = join(checkout, "test", "runner", "plain-english.mjs");

describe("the check of plain English", function () {
  // It loads the TypeScript parser, and one test reads all sources.
  this.timeout(60_000);
  const newFolder = temporaryFolders();

  async function check(name: string, text: string) {
    const file = join(await newFolder(), name);
    await writeFile(file, text);
    const { exitCode, stderr } = await execa(process.execPath, [script, "--all", file], { reject: false });
    return {
      exitCode,
      hits: [...stderr.matchAll(/:(\d+): "([^"]+)"/g)].map(([, line, found]) => [line, found]),
    };
  }

  it("finds habits in Markdown, outside of code", async () => {
    const text =
      "It begins anew.\n`anew`\n```\nanew\n```\nIt is gone, for it was broken.\nWhat is to be done?\n";
    const { exitCode, hits } = await check("a.md", text);
    assert.equal(exitCode, 1);
    assert.deepEqual(hits, [
      ["1", "anew"],
      ["6", ", for it was"],
      ["7", "is to be"],
    ]);
  });

  it("finds habits in the comments and texts of sources, and not in names", async () => {
    const text = [
      "/** Mends it",
      " * by that. */",
      "const beside = anew; // for a look",
      'const text = "files lie in a folder";',
      "const other = `on its ${way} whoever ${anew} asks`;",
    ].join("\n");
    const { hits } = await check("a.ts", text);
    assert.deepEqual(hits, [
      ["1", "Mends"],
      ["2", "by that"],
      ["3", "for a look"],
      ["4", "lie in"],
      ["5", "whoever"],
    ]);
  });

  it("accepts a habit that has a comment with the reason", async () => {
    const markdown = "<!-- plain English: allow, a quotation -->\nIt begins anew.\nIt begins anew.\n";
    assert.deepEqual((await check("a.md", markdown)).hits, [["3", "anew"]]);
    const source = 'const a = "anew"; // plain English: allow, the old text\n\nconst b = "anew";\n';
    assert.deepEqual((await check("a.ts", source)).hits, [["3", "anew"]]);
  });

  it("accepts plain text, also words that look like a habit", async () => {
    const text =
      "The stand-in daemon answers by that time.\nIt waits for it to end.\nrecommended amendments stand.\n" +
      "Tests lie when they cannot fail, and amend the list.\n";
    assert.deepEqual(await check("a.md", text), { exitCode: 0, hits: [] });
  });

  it("passes on every place that is switched on", async () => {
    await execa(process.execPath, [script, "."], { cwd: checkout });
  });
});
