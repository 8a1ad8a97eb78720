import fs from "node:fs";
import promises, { type FileHandle } from "node:fs/promises";
import sinon from "sinon";

type Call = (...parameters: unknown[]) => Promise<unknown>;

type Name = "link" | "open" | "rename" | "mkdir";

/**
 * Lets one operation of `node:fs`, synchronous or a promise, succeed, but report an input/output error.
 * `sinon.restore` ends it.
 *
 * @param isMeant decides by the parameters. Default: the next call.
 */
export function lieOnce(name: Name, isMeant: (...parameters: unknown[]) => boolean = () => true): void {
  let hasLied = false;
  const lies = (parameters: unknown[]): boolean => {
    const isNow = !hasLied && isMeant(...parameters);
    hasLied ||= isNow;
    return isNow;
  };
  const original = {
    promise: promises[name] as Call,
    now: fs[`${name}Sync`] as (...parameters: unknown[]) => unknown,
  };
  sinon.replace(promises, name, (async (...parameters: unknown[]) => {
    const result = await original.promise(...parameters);
    if (lies(parameters)) {
      await (name === "open" ? (result as FileHandle).close() : undefined);
      throw lie(name);
    }
    return result;
  }) as never);
  sinon.replace(fs, `${name}Sync`, ((...parameters: unknown[]) => {
    const result = original.now(...parameters);
    if (lies(parameters)) {
      if (name === "open") {
        fs.closeSync(result as number);
      }
      throw lie(name);
    }
    return result;
  }) as never);
}

/** Lets the next `fdatasync` succeed, but report an input/output error. `sinon.restore` ends it. */
export function lieAboutSync(): void {
  const original = fs.fdatasync;
  let hasLied = false;
  sinon.replace(fs, "fdatasync", ((descriptor: number, done: (error: Error | null) => void) => {
    original(descriptor, (error) => {
      const isNow = !hasLied;
      hasLied = true;
      done(isNow ? lie("fdatasync") : error);
    });
  }) as never);
}

function lie(name: Name | "fdatasync"): Error {
  return Object.assign(new Error(`EIO: i/o error, ${name}`), { code: "EIO", errno: -5, syscall: name });
}
