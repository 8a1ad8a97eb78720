import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { resolveInRoot } from "../../../support/files/path-in-root";
import type { ContainerFile } from "../../driver";

/** The address that LXC gives the container's interface eth0 at its start. */
export interface GivenAddress {
  readonly ipAddress: string;
  readonly prefixLength: number;
  readonly broadcast: string;
  readonly gateway: string;
}

/** How a client that an image contains is told to leave eth0 as it is. */
interface DhcpClient {
  readonly name: string;
  /** A file or folder by which an image shows that it contains the client. */
  readonly shownBy: string;
  /** The file to write. Default: that file, in which the client's links are resolved. */
  readonly file?: string;
  readonly mode?: number;
  /** @param before the content of `shownBy`, unless that is a folder. */
  readonly text: (address: GivenAddress, before: string) => string;
}

/** Its name makes it the first of all files: systemd-networkd uses the first that matches, also before netplan's. */
const networkdFile = "/etc/systemd/network/0-minicloud.network";

/**
 * networkd manages the interface with the same address, because systemd-networkd-wait-online waits in vain for a machine
 * whose interfaces are all unmanaged. It keeps addresses and routes that others add.
 */
const networkd = ({ ipAddress, prefixLength, broadcast, gateway }: GivenAddress): string => `[Match]
Name=eth0

[Network]
DHCP=no
KeepConfiguration=yes

[Address]
Address=${ipAddress}/${prefixLength}
Broadcast=${broadcast}

[Route]
Gateway=${gateway}
`;

/** ifup restores the address. The method static would fail because the address exists. */
const ifupdown = ({ ipAddress, prefixLength, broadcast, gateway }: GivenAddress): string => `auto lo
iface lo inet loopback

auto eth0
iface eth0 inet manual
  up ip link set eth0 up
  up ip addr replace ${ipAddress}/${prefixLength} broadcast ${broadcast} dev eth0
  up ip route replace default via ${gateway} dev eth0
`;

/** A client changes the interface only through its script. */
const doNothing = (): string => `#!/bin/sh
# The address of this instance is given, and not from a DHCP server.
exit 0
`;

const clients: readonly DhcpClient[] = [
  ...["/usr/lib/systemd/systemd-networkd", "/lib/systemd/systemd-networkd"].map((shownBy) => ({
    name: "systemd-networkd",
    shownBy,
    file: networkdFile,
    text: networkd,
  })),
  { name: "ifupdown", shownBy: "/etc/network/interfaces", text: ifupdown },
  ...["/usr/share/udhcpc/default.script", "/etc/udhcpc/default.script"].map((shownBy) => ({
    name: "udhcpc",
    shownBy,
    mode: 0o755,
    text: doNothing,
  })),
  ...["/sbin/dhclient-script", "/usr/sbin/dhclient-script"].map((shownBy) => ({
    name: "dhclient",
    shownBy,
    mode: 0o755,
    text: doNothing,
  })),
  {
    name: "dhcpcd",
    shownBy: "/etc/dhcpcd.conf",
    text: (_address, before) => `denyinterfaces eth0\n${before}`,
  },
  {
    name: "NetworkManager",
    shownBy: "/etc/NetworkManager",
    file: "/etc/NetworkManager/conf.d/00-minicloud.conf",
    text: () => "[keyfile]\nunmanaged-devices=interface-name:eth0\n",
  },
  {
    name: "cloud-init",
    shownBy: "/etc/cloud/cloud.cfg.d",
    file: "/etc/cloud/cloud.cfg.d/99-minicloud-network.cfg",
    text: () => "network: {config: disabled}\n",
  },
];

/** A larger file is no configuration. */
const mostBytes = 1024 * 1024;

/**
 * Returns, for the DHCP clients that an image contains, the files that keep them from removing the address of a container.
 */
export async function dhcpClientFiles(rootfs: string): Promise<(address: GivenAddress) => ContainerFile[]> {
  const found = await Promise.all(clients.map((client) => findClient(rootfs, client)));
  const files = new Map(found.flatMap((each) => (each === undefined ? [] : [[each.path, each]])));
  return (address) =>
    [...files.values()].map(({ client, path, before }) => ({
      path,
      content: Buffer.from(client.text(address, before), "latin1"),
      mode: client.mode ?? 0o644,
    }));
}

interface FoundClient {
  readonly client: DhcpClient;
  readonly path: string;
  readonly before: string;
}

async function findClient(rootfs: string, client: DhcpClient): Promise<FoundClient | undefined> {
  const shownBy = await resolveInRoot(rootfs, client.shownBy);
  if (shownBy === undefined) {
    return undefined;
  }
  if (client.file !== undefined) {
    const folder = dirname(client.file);
    return {
      client,
      path: join((await resolveInRoot(rootfs, folder)) ?? folder, client.file.slice(folder.length)),
      before: "",
    };
  }
  const stats = await stat(join(rootfs, shownBy));
  return stats.isFile() && stats.size <= mostBytes
    ? { client, path: shownBy, before: await readFile(join(rootfs, shownBy), "latin1") }
    : undefined;
}
