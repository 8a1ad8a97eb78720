import { access, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";

const folder = "/sys/class/net";
/** netdevice(7) */
const isUp = 0x1;

/** Whether this network namespace has an interface of that name. */
export async function hasLink(link: string): Promise<boolean> {
  const found = await unlessErrno(
    access(join(folder, link)).then(() => true),
    "ENOENT",
  );
  return found ?? false;
}

/** The bridge that an interface hangs on; undefined for one that hangs on none, or is gone. */
export async function masterOf(link: string): Promise<string | undefined> {
  const master = await unlessErrno(readlink(join(folder, link, "master")), "ENOENT");
  return master === undefined ? undefined : basename(master);
}

/** The state of a bridge. */
export interface BridgeState {
  readonly up: boolean;
  readonly mtu: number;
  /** Whether the kernel sends multicast only to the ports that it believes to want it. */
  readonly snooping: boolean;
  /** Whether it learns ports from the frames of its own protocols, which pass no rule of a firewall. */
  readonly learnsLinkLocal: boolean;
}

/** Returns the state of a bridge; undefined if there is none of that name. */
export async function bridgeState(bridge: string): Promise<BridgeState | undefined> {
  const read = async (file: string): Promise<number> =>
    Number(await readFile(join(folder, bridge, file), "utf8"));
  return await unlessErrno(
    (async () => ({
      up: ((await read("flags")) & isUp) !== 0,
      mtu: await read("mtu"),
      snooping: (await read("bridge/multicast_snooping")) !== 0,
      // Linux before 5.0 has no such setting.
      learnsLinkLocal: (await unlessErrno(read("bridge/no_linklocal_learn"), "ENOENT")) === 0,
    }))(),
    "ENOENT",
    "ENODEV",
    "EINVAL",
  );
}
