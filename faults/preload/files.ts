import fs from "node:fs";
import promises, { type FileHandle } from "node:fs/promises";
import type { Effect, Kind } from "../kinds";
import { effectOfOpen, fileCalls, systemError } from "./file-calls";
import { die, type Recorder } from "./recorder";

type Call = (...parameters: unknown[]) => unknown;
/** One step of the daemon, with the fault that was chosen for it. */
interface Counted {
  readonly name: string;
  readonly path: string | undefined;
  readonly kind: Kind | undefined;
}

const standardStreams = 2;

/**
 * Puts the recorder around every function of `node:fs`, `node:fs/promises` and every method of a file handle. Resolves when the
 * last are replaced: before, a recording would lack their steps.
 */
export async function watchFiles(recorder: Recorder): Promise<void> {
  const { open } = promises;
  const files = new FileCalls(recorder);
  const methods = promises as unknown as Record<string, Call>;
  const all = fs as unknown as Record<string, Call>;
  for (const name of ["open", ...Object.keys(fileCalls)]) {
    const [promised, called, sync] = [methods[name], all[name], all[`${name}Sync`]];
    if (promised !== undefined) {
      methods[name] = files.promised(name, promised, files.openedHandle);
    }
    if (called !== undefined) {
      all[name] = files.called(name, called);
    }
    if (sync !== undefined) {
      all[`${name}Sync`] = files.sync(name, sync);
    }
  }
  await files.watchHandles(await open("/"));
}

class FileCalls {
  readonly #handles = new WeakMap<object, string>();
  readonly #descriptors = new Map<number, string>();
  #isInside = false;

  constructor(private readonly recorder: Recorder) {}

  /** Remembers the path of an open file. Its method to close it is not on the prototype. */
  readonly openedHandle = (opened: unknown, path: string | undefined): void => {
    if (typeof opened === "object" && opened !== null && "close" in opened && "fd" in opened) {
      this.#handles.set(opened, path ?? "?");
      const original = opened.close as Call;
      opened.close = async () => await this.#ofHandle("close", opened, original, []);
    }
  };

  promised(name: string, original: Call, after: (result: unknown, path: string | undefined) => void): Call {
    return async (...parameters) => {
      const counted = this.#count(name, parameters);
      const result = await this.#settle(counted, async () => await original.apply(promises, parameters));
      after(result, counted.path);
      return result;
    };
  }

  /** Wraps a function with a callback, also those of streams. */
  called(name: string, original: Call): Call {
    const wrapped: Call = (...parameters) => {
      const callback = parameters.at(-1);
      if (typeof callback !== "function") {
        return original.apply(fs, parameters);
      }
      const counted = this.#count(name, parameters);
      if (counted.kind === undefined && name !== "open") {
        return original.apply(fs, parameters);
      }
      const work = (): Promise<unknown[]> =>
        new Promise((resolve, reject) => {
          original.apply(fs, [
            ...parameters.slice(0, -1),
            (error: Error | null, ...results: unknown[]) =>
              error instanceof Error ? reject(error) : resolve(results),
          ]);
        });
      void this.#settle(counted, work).then(
        (results) => {
          const [opened] = results as unknown[];
          if (name === "open" && typeof opened === "number" && counted.path !== undefined) {
            this.#descriptors.set(opened, counted.path);
          }
          (callback as Call)(null, ...(results as unknown[]));
        },
        (error: unknown) => (callback as Call)(error),
      );
      return undefined;
    };
    return Object.assign(wrapped, original);
  }

  sync(name: string, original: Call): Call {
    const wrapped: Call = (...parameters) => {
      if (this.#isInside) {
        return original.apply(fs, parameters);
      }
      const counted = this.#count(name, parameters);
      const result = this.#now(counted, () => this.#inside(() => original.apply(fs, parameters)));
      if (name === "open" && typeof result === "number" && counted.path !== undefined) {
        this.#descriptors.set(result, counted.path);
      }
      return result;
    };
    return Object.assign(wrapped, original);
  }

  /** Runs a synchronous function, which calls others that are not steps of the daemon. */
  #inside(work: () => unknown): unknown {
    this.#isInside = true;
    try {
      return work();
    } finally {
      this.#isInside = false;
    }
  }

  /** Wraps the methods of all file handles: they share a prototype. */
  async watchHandles(handle: FileHandle): Promise<void> {
    const prototype = Object.getPrototypeOf(handle) as Record<string, Call>;
    await handle.close();
    for (const name of Object.keys(fileCalls)) {
      const original = Object.getOwnPropertyDescriptor(prototype, name)?.value as Call | undefined;
      if (original !== undefined) {
        const call = (self: object, parameters: unknown[]): Promise<unknown> =>
          this.#ofHandle(name, self, original, parameters);
        prototype[name] = function (this: object, ...parameters: unknown[]) {
          return call(this, parameters);
        };
      }
    }
  }

  async #ofHandle(name: string, self: object, original: Call, parameters: unknown[]): Promise<unknown> {
    const counted = this.#counted(
      `handle.${name}`,
      this.#handles.get(self) ?? "?",
      fileCalls[name] ?? "read",
    );
    return await this.#settle(counted, async () => await original.apply(self, parameters));
  }

  #count(name: string, parameters: readonly unknown[]): Counted {
    const [first, second] = parameters;
    if (typeof first === "number" && first <= standardStreams) {
      return { name, path: undefined, kind: undefined };
    }
    const path = typeof first === "number" ? this.#descriptors.get(first) : pathOf(first);
    const other = ["rename", "link", "symlink", "copyFile", "cp"].includes(name) ? pathOf(second) : undefined;
    const effect = name === "open" ? effectOfOpen(second ?? "r") : (fileCalls[name] ?? "read");
    const text = other === undefined ? (path ?? "?") : `${path ?? "?"} ${other}`;
    return { ...this.#counted(name, text, effect), path };
  }

  #counted(name: string, text: string, effect: Effect): Counted {
    // The kernel's own files are on no disk.
    const onDisk = effect === "write" && /^\/(proc|sys)\/(?!self\/fd)/.test(text) ? "change" : effect;
    return { name, path: text, kind: this.recorder.take(`${name} ${text}`, onDisk) };
  }

  async #settle(counted: Counted, work: () => Promise<unknown>): Promise<unknown> {
    const { kind } = counted;
    if (kind === "hang") {
      await new Promise((resolve) => setTimeout(resolve, this.recorder.settings.fileHangMs));
    }
    if (kind === "lie" || (kind === "fail" && counted.name.endsWith("close"))) {
      await closeUnused(await work());
    }
    throwIfChosen(counted);
    return await work();
  }

  #now(counted: Counted, work: () => unknown): unknown {
    const { kind, name } = counted;
    if (kind === "hang") {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, this.recorder.settings.fileHangMs);
    }
    if (kind === "lie" || (kind === "fail" && name.endsWith("close"))) {
      work();
    }
    if (kind === "fail" && name === "exists") {
      return false;
    }
    throwIfChosen(counted);
    return work();
  }
}

/** The daemon does not get the handle, and Node would warn of it. */
async function closeUnused(result: unknown): Promise<void> {
  if (typeof result === "object" && result !== null && "fd" in result && "close" in result) {
    await (result.close as () => Promise<void>)();
  }
}

function throwIfChosen({ name, path, kind }: Counted): void {
  if (kind === "kill") {
    die();
  }
  if (kind === "fail" || kind === "lie" || kind === "full") {
    const isOpen = name.startsWith("handle.");
    throw systemError(
      kind === "full" ? "ENOSPC" : "EIO",
      name.replace("handle.", ""),
      isOpen ? undefined : path,
    );
  }
}

function pathOf(value: unknown): string | undefined {
  if (typeof value === "string") {
    return value;
  }
  return Buffer.isBuffer(value) || value instanceof URL ? String(value) : undefined;
}
