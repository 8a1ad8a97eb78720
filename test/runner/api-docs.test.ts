import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";

const typedoc = join(checkout, "node_modules", ".bin", "typedoc");
const options = join(checkout, "scripts", "typedoc", "typedoc.json");

describe("the check of the public API's doc comments", function () {
  this.timeout(60_000);
  const newFolder = temporaryFolders();

  /** What lint runs, on another entry point. */
  async function check(source: string) {
    const folder = await newFolder();
    const entryPoint = join(folder, "index.ts");
    const own = join(folder, "typedoc.json");
    const tsconfig = join(folder, "tsconfig.json");
    await writeFile(entryPoint, `/** Contains an entry point. @module */\n${source}`);
    await writeFile(tsconfig, JSON.stringify({ compilerOptions: { types: [] }, files: [entryPoint] }));
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "program", version: "1.0.0" }));
    await writeFile(own, JSON.stringify({ extends: [options], tsconfig, entryPoints: [entryPoint] }));
    const words = ["--options", own, "--emit", "none"];
    const { exitCode, all } = await execa(typedoc, words, { cwd: checkout, all: true, reject: false });
    return { exitCode, all };
  }

  it("accepts symbols that all have one", async () => {
    const { exitCode, all } = await check(`
      /** Describes a host. */
      export interface Host {
        /** The name of the {@link Host}. */
        name: string;
      }
      /** Returns a host. */
      export function host(): Host { return { name: "web" }; }
    `);
    assert.equal(exitCode, 0, all);
  });

  it("fails for each symbol without one, for a type that is not exported and for a link to nothing", async () => {
    const { exitCode, all } = await check(`
      export function undocumentedFunction(): void {}
      export interface UndocumentedInterface { undocumentedProperty: string; }
      export class UndocumentedClass { undocumentedMethod(): void {} }
      export type UndocumentedAlias = string;
      export const undocumentedVariable = 1;
      interface NotExported { /** Its name. */ name: string }
      /** Returns what is not exported. See {@link Nowhere}. */
      export function documented(): NotExported { return { name: "" }; }
    `);
    assert.notEqual(exitCode, 0);
    const names = [
      "undocumentedFunction",
      "UndocumentedInterface",
      "undocumentedProperty",
      "UndocumentedClass",
      "undocumentedMethod",
      "UndocumentedAlias",
      "undocumentedVariable",
    ];
    for (const name of names) {
      assert.match(all, new RegExp(`\\b${name} \\(.*does not have any documentation`));
    }
    assert.match(all, /NotExported, .*referenced by .*documented/);
    assert.match(all, /Nowhere/);
  });
});
