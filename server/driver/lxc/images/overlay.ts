import { readFile } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";

/**
 * Returns whether the kernel has overlayfs now, or would have it after loading a module. A mount inside a container
 * does not load the module by itself.
 *
 * @param root the folder that contains /proc and /lib/modules.
 */
export async function hasOverlay(root = "/"): Promise<"loaded" | "module" | "absent"> {
  const fileSystems = await readFile(join(root, "proc/filesystems"), "utf8");
  if (/\toverlay$/m.test(fileSystems)) {
    return "loaded";
  }
  const modules = await unlessErrno(
    readFile(join(root, "lib/modules", release(), "modules.dep"), "utf8"),
    "ENOENT",
  );
  return /\/overlay\.ko\b/.test(modules ?? "") ? "module" : "absent";
}
