import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname } from "node:path";
import { Script } from "node:vm";

/**
 * Loads a bundle with the code that V8 compiled from it at the build, `<bundle>.code`, which saves half of the time. If
 * there is no such code, or it is of another version of Node, the bundle is compiled.
 *
 * Both files have the same last line, or first line, because V8 itself compares only lengths: `//# sha256=…`.
 */
export function loadBundle(path: string): unknown {
  const text = readFileSync(path, "utf8");
  const cachedData = codeOf(path, text);
  const script = new Script(Module.wrap(text), { filename: path, ...(cachedData && { cachedData }) });
  const module = { exports: {} };
  const load: unknown = script.runInThisContext();
  if (typeof load === "function") {
    const { exports } = module;
    Reflect.apply(load, exports, [exports, createRequire(path), module, path, dirname(path)]);
  }
  return module.exports;
}

function codeOf(path: string, text: string): Buffer | undefined {
  const mark = Buffer.from(text.slice(text.lastIndexOf("\n", text.length - 2) + 1));
  try {
    const file = readFileSync(`${path}.code`);
    return file.subarray(0, mark.length).equals(mark) ? file.subarray(mark.length) : undefined;
  } catch {
    // It only saves time.
    return undefined;
  }
}
