import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { temporaryFolders } from "../support/files/temporary-folder";
import { installInto, pagePrograms } from "../support/pages/page-programs";

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: ["node", "mocha"],
};

describe("the TypeScript of the README and the docs", function () {
  this.timeout(60_000);
  const newFolder = temporaryFolders();

  it("has the types that TypeScript expects", async () => {
    const folder = await newFolder();
    const programs = pagePrograms();
    assert.ok(programs.length >= 7);
    const files = await Promise.all(
      programs.map(async ({ title, text, index }) => {
        const own = join(folder, title.replace(/\W+/g, "-"));
        await installInto(own);
        await writeFile(join(own, "index.ts"), index ?? text);
        await writeFile(join(own, "block.ts"), text);
        return join(own, "block.ts");
      }),
    );
    const program = ts.createProgram(files, options);
    const mistakes = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
    assert.deepEqual(mistakes, []);
  });
});
