import promises, { type FileHandle } from "node:fs/promises";
import sinon from "sinon";

type Call = (...parameters: unknown[]) => Promise<unknown>;

/**
 * Lets one operation of `node:fs/promises` succeed, but report an input/output error. `sinon.restore` ends it.
 *
 * @param isMeant decides by the parameters. Default: the next call.
 */
export function lieOnce(
  name: "link" | "open" | "rename" | "mkdir",
  isMeant: (...parameters: unknown[]) => boolean = () => true,
): void {
  const original = promises[name] as Call;
  let hasLied = false;
  sinon.replace(promises, name, (async (...parameters: unknown[]) => {
    const result = await original(...parameters);
    if (!hasLied && isMeant(...parameters)) {
      hasLied = true;
      await (name === "open" ? (result as FileHandle).close() : undefined);
      throw Object.assign(new Error(`EIO: i/o error, ${name}`), { code: "EIO", errno: -5, syscall: name });
    }
    return result;
  }) as never);
}
