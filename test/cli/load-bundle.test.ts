import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import Module from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";
import { loadBundle } from "../../cli/load-bundle";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";

const mark = "//# sha256=01\n";
const textOf = (number: number): string =>
  `exports.answer = ${number}; exports.here = __filename; exports.sep = require("node:path").sep;\n`;

/** Returns what V8 compiles from a text. */
function codeOf(text: string): Buffer {
  const script = new Script(Module.wrap(text), { filename: "bundle.js" });
  return script.createCachedData();
}

describe("the bundle of the programs", () => {
  const newFolder = temporaryFolders();
  let path: string;
  beforeEach(async () => {
    path = join(await newFolder(), "bundle.js");
    await writeFile(path, textOf(42) + mark);
  });

  const answer = (): unknown => {
    const exports = loadBundle(path) as { answer: number; here: string; sep: string };
    assert.deepEqual([exports.here, exports.sep], [path, "/"]);
    return exports.answer;
  };

  it("is a module, also without code of the build", () => {
    assert.equal(answer(), 42);
  });

  it("is not compiled if there is code for it", async () => {
    // V8 takes the code of another text of the same length, so the result tells where the code is from.
    await writeFile(`${path}.code`, Buffer.concat([Buffer.from(mark), codeOf(textOf(43) + mark)]));
    assert.equal(answer(), 43);
  });

  it("is compiled if the code is of another bundle, or of another version of Node", async () => {
    const other = "//# sha256=02\n";
    for (const code of [
      Buffer.concat([Buffer.from(other), codeOf(textOf(43) + other)]),
      Buffer.concat([Buffer.from(mark), Buffer.alloc(100, 1)]),
      Buffer.from(mark),
      Buffer.alloc(0),
    ]) {
      await writeFile(`${path}.code`, code);
      assert.equal(answer(), 42);
    }
  });

  it("has code for this version of Node after a build", async () => {
    const built = join(checkout, "dist", "programs", "bundle.js");
    const [text, code] = [await readFile(built, "utf8"), await readFile(`${built}.code`)];
    const line = /^\/\/# sha256=[0-9a-f]{64}\n$/m.exec(text)?.[0] ?? "none";
    assert.ok(text.endsWith(line));
    assert.equal(code.subarray(0, line.length).toString(), line);
    const script = new Script(Module.wrap(text), { cachedData: code.subarray(line.length) });
    assert.equal(script.cachedDataRejected, false);
  });
});
