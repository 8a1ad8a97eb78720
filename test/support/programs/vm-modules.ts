import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname } from "node:path";
import { compileFunction, createContext } from "node:vm";

interface Module {
  exports: unknown;
}

/** The globals that Node gives to programs and a new context does not have. */
const nodeGlobals = [
  ...["Buffer", "URL", "URLSearchParams", "AbortController", "AbortSignal", "TextEncoder", "TextDecoder"],
  ...["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate"],
  ...["queueMicrotask", "structuredClone", "performance", "process", "console", "Event", "EventTarget"],
] as const;

/**
 * Loads modules like jest: into a context with separate globals, in which `import()` fails, and with a registry that can
 * be reset. After a reset, modules are loaded again.
 */
export class VmModules {
  readonly #context = createContext(
    Object.fromEntries(nodeGlobals.map((name) => [name, Reflect.get(globalThis, name)])),
  );
  readonly #loaded = new Map<string, Module>();

  constructor() {
    this.#context.global = this.#context;
  }

  /** Works like `jest.resetModules()`. */
  reset(): void {
    this.#loaded.clear();
  }

  /** @param from the file that requires it. */
  require(request: string, from: string): unknown {
    if (isBuiltin(request)) {
      return createRequire(from)(request);
    }
    const path = createRequire(from).resolve(request);
    const module = this.#loaded.get(path) ?? { exports: {} };
    if (!this.#loaded.has(path)) {
      this.#loaded.set(path, module);
      this.#load(path, module);
    }
    return module.exports;
  }

  /** Returns the exports of a CommonJS program that is given as text and resolves modules like the file. */
  program(text: string, path: string): unknown {
    const module: Module = { exports: {} };
    this.#run(text, path, module);
    return module.exports;
  }

  #load(path: string, module: Module): void {
    const text = readFileSync(path, "utf8");
    if (path.endsWith(".json")) {
      module.exports = JSON.parse(text);
    } else {
      this.#run(text, path, module);
    }
  }

  #run(text: string, path: string, module: Module): void {
    const require = (request: string): unknown => this.require(request, path);
    const { resolve } = createRequire(path);
    const names = ["exports", "require", "module", "__filename", "__dirname"];
    const options = { filename: path, parsingContext: this.#context };
    const run = compileFunction(text, names, options) as (...values: unknown[]) => void;
    run.call(
      module.exports,
      module.exports,
      Object.assign(require, { resolve, cache: {} }),
      module,
      path,
      dirname(path),
    );
  }
}
