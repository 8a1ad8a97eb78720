import { dirname } from "node:path";
import ipaddr from "ipaddr.js";
import { MccError } from "../../../../protocol/error";
import type { ContainerSpec, Network, Remains } from "../../driver";
import { hardwareAddress } from "../../hardware-address";
import { kernelHostname } from "../../kernel-hostname";
import { idMapLines } from "../commands/command";
import type { ContainerPlace } from "../place";
import { type Confinement, confinementLines, lxcConfiguration } from "./confinement";

/** The parts of a container's configuration that depend on the image and the host. */
export interface Setting {
  readonly rootfs: string;
  /** Whether the image's first process is systemd. */
  readonly systemd: boolean;
  readonly confinement: Confinement;
  /** The files of the host that containers have as devices, and their paths in the container. */
  readonly devices: readonly { readonly file: string; readonly path: string }[];
}

/** The capabilities that LXC's common.conf drops: with a fault in user namespaces, they would affect the host. */
const droppedCapabilities = "mac_admin mac_override sys_time sys_module sys_rawio";

/** Returns a container's LXC configuration, in the form of lxc.container.conf(5). @param cable the name of the host's end. */
export function configurationText(
  container: ContainerPlace,
  cable: string,
  spec: ContainerSpec,
  network: Network,
  setting: Setting,
): string {
  const lines = [
    ...(setting.systemd ? distributionLines : []),
    `lxc.uts.name = ${kernelHostname(spec.hostname)}`,
    `lxc.rootfs.path = overlay:${setting.rootfs}:${container.delta}`,
    // In a user namespace, overlayfs has no other way to mark deleted entries of the image's folders.
    "lxc.rootfs.options = userxattr",
    ...idMapLines,
    "lxc.net.0.type = veth",
    // The bridge is chosen at each start.
    `lxc.net.0.veth.pair = ${cable}`,
    "lxc.net.0.name = eth0",
    "lxc.net.0.flags = up",
    `lxc.net.0.hwaddr = ${hardwareAddress(spec.ipAddress)}`,
    `lxc.net.0.ipv4.address = ${spec.ipAddress}/${network.prefixLength} ${broadcastAddress(network)}`,
    `lxc.net.0.ipv4.gateway = ${network.gateway}`,
    ...ipv6Lines(spec, network),
    "lxc.mount.auto = proc:mixed sys:mixed",
    ...nestingLines,
    ...setting.devices.map(({ file, path }) => deviceLine(file, path)),
    ...(setting.systemd ? [] : sharedMemoryLines),
    ...(spec.hosts === undefined ? [] : [hostsLine(container.hosts)]),
    "lxc.pty.max = 1024",
    `lxc.cap.drop = ${droppedCapabilities}`,
    ...confinementLines(setting.confinement, setting.systemd),
    `lxc.include = ${container.limits}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Returns what a configuration of `configurationText` contains about its container, without incomplete parts. */
export function readConfiguration(configuration: string): Remains & { readonly rootfs?: string | undefined } {
  const find = (pattern: RegExp): string | undefined => pattern.exec(configuration)?.[1];
  return {
    hostname: find(/^lxc\.uts\.name = (\S+)$/m),
    ipAddress: find(/^lxc\.net\.0\.ipv4\.address = ([\d.]+)\//m),
    ipv6Address: find(/^lxc\.net\.0\.ipv6\.address = ([\da-f:]+)\//m),
    rootfs: find(rootfsLine),
  };
}

/** Returns a configuration of `configurationText` for a container that got another host name and cable. */
export function withClaim(
  configuration: string,
  { cable, hostname }: { readonly cable: string; readonly hostname: string },
): string {
  return configuration
    .replace(/^lxc\.uts\.name = .*$/m, () => `lxc.uts.name = ${kernelHostname(hostname)}`)
    .replace(/^lxc\.net\.0\.veth\.pair = .*$/m, () => `lxc.net.0.veth.pair = ${cable}`);
}

function ipv6Lines({ ipv6Address }: ContainerSpec, { ipv6 }: Network): string[] {
  return ipv6Address === undefined || ipv6 === undefined
    ? []
    : [
        `lxc.net.0.ipv6.address = ${ipv6Address}/${ipv6.prefixLength}`,
        `lxc.net.0.ipv6.gateway = ${ipv6.gateway}`,
      ];
}

/** Returns the network's broadcast address. LXC calculates a wrong one by default. */
export function broadcastAddress({ address, prefixLength }: Network): string {
  return ipaddr.IPv4.broadcastAddressFromCIDR(`${address}/${prefixLength}`).toString();
}

const rootfsLine = /^lxc\.rootfs\.path = overlay:(.*):/m;

/**
 * Returns the image's root file system in a configuration of `configurationText`.
 *
 * @throws MccError `engine` if none.
 */
export function rootfsIn(configuration: string): string {
  const { rootfs } = readConfiguration(configuration);
  if (rootfs === undefined) {
    throw new MccError(
      "engine",
      "The container's configuration does not name its root file system; destroy the instance and create it again.",
    );
  }
  return rootfs;
}

/**
 * The parts that containers of all distributions have. The lines after them confine the container further. Hooks of other
 * packages on the host are left out: they expect a PATH, which our LXC commands do not have, and the hook of lxcfs would
 * mount what `lxcfsWords` mounts already.
 */
const distributionLines = [
  ...["common.conf", "userns.conf"].map((file) => `lxc.include = ${lxcConfiguration}/${file}`),
  "lxc.hook.mount =",
  "lxc.hook.post-stop =",
];

/**
 * Mounts of LXC's nesting.conf: in a user namespace, the kernel refuses new ones, such as those of `ip netns exec`, if no
 * mount shows all of proc and sysfs.
 */
const nestingLines = [
  "lxc.mount.entry = proc dev/.lxc/proc proc create=dir,optional 0 0",
  "lxc.mount.entry = sys dev/.lxc/sys sysfs create=dir,optional 0 0",
];

/** A host without the device has containers without it. */
function deviceLine(file: string, path: string): string {
  return `lxc.mount.entry = ${file} ${path.slice(1)} none bind,create=file,optional 0 0`;
}

export const hostsPath = "/etc/hosts";
/** The target of the container's link /etc/hosts. A file that is mounted by itself could not be replaced. */
export const hostsTarget = "minicloud/hosts";

function hostsLine(folder: string): string {
  return `lxc.mount.entry = ${folder} etc/${dirname(hostsTarget)} none bind,rw,nosuid,nodev,create=dir 0 0`;
}

/** Returns the configuration with the container's own folder in place of the one that release 0.1.0 shared. */
export function withOwnHosts(configuration: string, folder: string): string {
  return configuration.replace(
    /^lxc\.mount\.entry = .* etc\/minicloud none bind,ro,create=dir 0 0$/m,
    hostsLine(folder),
  );
}

/** For shm_open(3). systemd mounts it by itself. */
const sharedMemoryLines = ["lxc.mount.entry = tmpfs dev/shm tmpfs rw,nosuid,nodev,create=dir 0 0"];
