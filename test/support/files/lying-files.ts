import fs from "node:fs";
import promises, { type FileHandle } from "node:fs/promises";
import sinon from "sinon";

type Call = (...parameters: unknown[]) => Promise<unknown>;

type Done = (error: Error | null, descriptor: number) => void;

type Name = "link" | "open" | "rename" | "mkdir";

/**
 * Lets one operation of `node:fs`, synchronous, a promise or an `open` with a callback, succeed, but report an input/output error.
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
  if (name === "open") {
    const { open } = fs;
    sinon.replace(fs, "open", ((...parameters: unknown[]) => {
      const done = parameters.at(-1) as Done;
      const tell: Done = (error, descriptor) => {
        if (error === null && lies(parameters)) {
          fs.closeSync(descriptor);
          done(lie(name), -1);
        } else {
          done(error, descriptor);
        }
      };
      (open as (...all: unknown[]) => void)(...parameters.slice(0, -1), tell);
    }) as never);
  }
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

function lie(name: Name): Error {
  return Object.assign(new Error(`EIO: i/o error, ${name}`), { code: "EIO", errno: -5, syscall: name });
}
