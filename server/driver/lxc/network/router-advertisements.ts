import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";

/** What instances could otherwise tell the host: a default route, addresses of its own, and other ways. */
const settings = ["accept_ra", "accept_redirects"];

/**
 * Lets the host ignore routers on a bridge: root in an instance can announce itself as one. Without IPv6, and where the
 * kernel's settings cannot be changed, it does nothing.
 */
export async function ignoreRouters(bridge: string): Promise<void> {
  for (const setting of await believed(bridge)) {
    await unlessErrno(writeFile(fileOf(bridge, setting), "0"), "ENOENT", "EROFS", "EACCES");
  }
}

/** Returns whether the host believes routers on a bridge. */
export async function believesRouters(bridge: string): Promise<boolean> {
  return (await believed(bridge)).length > 0;
}

async function believed(bridge: string): Promise<string[]> {
  const values = await Promise.all(
    settings.map((setting) => unlessErrno(readFile(fileOf(bridge, setting), "utf8"), "ENOENT", "EINVAL")),
  );
  return settings.filter((_, index) => (values[index] ?? "0").trim() !== "0");
}

function fileOf(bridge: string, setting: string): string {
  return join("/proc/sys/net/ipv6/conf", bridge, setting);
}
