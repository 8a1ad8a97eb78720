/**
 * Writes the code that V8 compiles from a bundle of programs, for `cli/load-bundle.ts`:
 *
 *   node scripts/compile-bundle.mjs <bundle>
 *
 * It runs a program of the bundle first, because V8 compiles functions when they are first called.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname } from "node:path";
import { Script } from "node:vm";

const [path] = process.argv.slice(2);
const bundle = readFileSync(path, "utf8");
const mark = `//# sha256=${createHash("sha256").update(bundle).digest("hex")}\n`;
const text = bundle + mark;
const script = new Script(Module.wrap(text), { filename: path });
const programs = { exports: {} };
script.runInThisContext()(programs.exports, createRequire(path), programs, path, dirname(path));
process.on("exit", () => {
  writeFileSync(path, text);
  writeFileSync(`${path}.code`, Buffer.concat([Buffer.from(mark), script.createCachedData()]));
});
process.argv = [process.execPath, path, "--version"];
programs.exports.runAsProcess(programs.exports.runMcc);
