import fs from "node:fs";
import promises, { type FileHandle } from "node:fs/promises";
import sinon from "sinon";

type Call = (...parameters: unknown[]) => Promise<unknown>;

type Name = "link" | "open" | "rename" | "mkdir";

/**
 * Lets one operation of `node:fs/promises`, or one synchronous `open`, succeed, but report an input/output error.
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
  const original = promises[name] as Call;
  sinon.replace(promises, name, (async (...parameters: unknown[]) => {
    const result = await original(...parameters);
    if (lies(parameters)) {
      await (name === "open" ? (result as FileHandle).close() : undefined);
      throw lie(name);
    }
    return result;
  }) as never);
  if (name === "open") {
    const { openSync } = fs;
    sinon.replace(fs, "openSync", (...parameters) => {
      const descriptor = openSync(...parameters);
      if (lies(parameters)) {
        fs.closeSync(descriptor);
        throw lie(name);
      }
      return descriptor;
    });
  }
}

function lie(name: Name): Error {
  return Object.assign(new Error(`EIO: i/o error, ${name}`), { code: "EIO", errno: -5, syscall: name });
}
