import { access, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";

/** Returns whether this network namespace has an interface of that name. */
export async function hasLink(link: string): Promise<boolean> {
  const found = await unlessErrno(
    access(join("/sys/class/net", link)).then(() => true),
    "ENOENT",
  );
  return found ?? false;
}

/** Returns the bridge of an interface; undefined if it has none, or does not exist. */
export async function masterOf(link: string): Promise<string | undefined> {
  const master = await unlessErrno(readlink(join("/sys/class/net", link, "master")), "ENOENT");
  return master === undefined ? undefined : basename(master);
}
