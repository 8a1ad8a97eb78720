import { randomUUID } from "node:crypto";
import type { ContainerFile, ContainerSpec } from "../../driver";

/** Where an instance finds other networks. */
export interface GivenRoute {
  readonly prefixLength: number;
  readonly gateway: string;
}

type Address = Pick<ContainerSpec, "ipAddress"> & GivenRoute;

/** A file that an image makes necessary in each of its instances. */
interface NecessaryFile {
  /** Paths in an image, without a leading slash. One of them is enough. */
  readonly shownBy: readonly string[];
  /** Default: the first of `shownBy` that the image has. */
  readonly path?: string;
  readonly mode?: number;
  readonly text: (address: Address) => string;
}

/** Its name makes it the first of all files: systemd-networkd uses the first that matches, also before netplan's. */
const networkdPath = "/etc/systemd/network/0-minicloud.network";

/** An empty file masks a unit. This one fails in every container. */
const failingUnit: NecessaryFile = {
  shownBy: ["usr/lib/systemd/systemd", "lib/systemd/systemd"],
  path: "/etc/systemd/system/sys-kernel-debug.mount",
  text: () => "",
};

/**
 * Programs that would take the address away which the engine gives the instance, and machine ids, which instances would
 * share.
 */
const necessaryFiles: readonly NecessaryFile[] = [
  failingUnit,
  {
    shownBy: ["usr/lib/systemd/systemd-networkd", "lib/systemd/systemd-networkd"],
    path: networkdPath,
    // systemd-networkd-wait-online waits in vain for a machine whose interfaces are all unmanaged.
    text: ({ ipAddress, prefixLength, gateway }) => `[Match]
Name=eth0

[Network]
DHCP=no
KeepConfiguration=yes

[Address]
Address=${ipAddress}/${prefixLength}

[Route]
Gateway=${gateway}
GatewayOnLink=yes
`,
  },
  {
    shownBy: ["etc/network/interfaces"],
    text: ({ ipAddress, prefixLength, gateway }) => `auto lo
iface lo inet loopback

auto eth0
iface eth0 inet manual
  up ip link set eth0 up
  up ip addr replace ${ipAddress}/${prefixLength} dev eth0
  up ip route replace default via ${gateway} dev eth0 onlink
`,
  },
  ...["usr/share/udhcpc/default.script", "etc/udhcpc/default.script"].map((path) => scriptOfClient(path)),
  ...["sbin/dhclient-script", "usr/sbin/dhclient-script"].map((path) => scriptOfClient(path)),
  { shownBy: ["etc/dhcpcd.conf"], text: () => "denyinterfaces eth0\n" },
  {
    shownBy: ["etc/NetworkManager/NetworkManager.conf"],
    path: "/etc/NetworkManager/conf.d/00-minicloud.conf",
    text: () => "[keyfile]\nunmanaged-devices=interface-name:eth0\n",
  },
  {
    shownBy: ["etc/cloud/cloud.cfg"],
    path: "/etc/cloud/cloud.cfg.d/99-minicloud-network.cfg",
    text: () => "network: {config: disabled}\n",
  },
];

const machineIdPaths = ["etc/machine-id", "var/lib/dbus/machine-id"];

/** A client changes the interface only through its script. */
function scriptOfClient(path: string): NecessaryFile {
  return {
    shownBy: [path],
    mode: 0o755,
    text: () => "#!/bin/sh\n# The address of this instance is given, and not from a DHCP server.\nexit 0\n",
  };
}

/** The paths that an image is searched for when it is imported. */
export const tellingPaths: readonly string[] = [
  ...necessaryFiles.flatMap(({ shownBy }) => shownBy),
  ...machineIdPaths,
];

/** Returns the files of an instance that its image makes necessary. @param found the telling paths that the image has. */
export function filesOfImage(found: readonly string[], address: Address): ContainerFile[] {
  const network = necessaryFiles.flatMap(({ shownBy, path, mode = 0o644, text }) => {
    const shown = shownBy.find((each) => found.includes(each));
    return shown === undefined
      ? []
      : [{ path: path ?? `/${shown}`, content: Buffer.from(text(address)), mode }];
  });
  const machineId = Buffer.from(`${randomUUID().replaceAll("-", "")}\n`);
  const ids = machineIdPaths
    .filter((path) => found.includes(path))
    .map((path) => ({ path: `/${path}`, content: machineId, mode: 0o444 }));
  return [...network, ...ids];
}
