import { dirname } from "node:path";
import ipaddr from "ipaddr.js";
import { MccError } from "../../../../protocol/error";
import type { ContainerSpec, Network, Remains } from "../../driver";
import { idMapLines } from "../commands/command";
import { hardwareAddress } from "../network/hardware-address";
import type { ContainerPlace } from "../place";
import { type Confinement, confinementLines, lxcConfiguration } from "./confinement";

/** What an image and its host make of a container's configuration. */
export interface Setting {
  readonly rootfs: string;
  /** The image's first process is systemd. */
  readonly systemd: boolean;
  readonly confinement: Confinement;
}

/** Those that LXC's common.conf drops, as they would reach the host through a hole in the user namespace. */
const droppedCapabilities = "mac_admin mac_override sys_time sys_module sys_rawio";

/** What LXC needs to know to run a container, as lxc.container.conf(5) has it. */
export function configurationText(
  container: ContainerPlace,
  spec: ContainerSpec,
  network: Network,
  setting: Setting,
): string {
  const lines = [
    ...(setting.systemd ? distributionLines : []),
    `lxc.uts.name = ${kernelHostname(spec.hostname)}`,
    `lxc.rootfs.path = overlay:${setting.rootfs}:${container.delta}`,
    // In a user namespace overlayfs has no other way to mark what is deleted of the image's folders.
    "lxc.rootfs.options = userxattr",
    ...idMapLines,
    "lxc.net.0.type = veth",
    // On which bridge it hangs is decided at each start.
    `lxc.net.0.veth.pair = ${container.veth}`,
    "lxc.net.0.name = eth0",
    "lxc.net.0.flags = up",
    `lxc.net.0.hwaddr = ${hardwareAddress(spec.ipAddress)}`,
    `lxc.net.0.ipv4.address = ${spec.ipAddress}/${network.prefixLength} ${broadcastAddress(network)}`,
    `lxc.net.0.ipv4.gateway = ${network.gateway}`,
    "lxc.mount.auto = proc:mixed sys:mixed",
    ...(setting.systemd ? [] : sharedMemoryLines),
    ...(spec.hostsFolder === undefined ? [] : hostsLines(spec.hostsFolder)),
    "lxc.pty.max = 1024",
    `lxc.cap.drop = ${droppedCapabilities}`,
    ...confinementLines(setting.confinement, setting.systemd),
    `lxc.include = ${container.limits}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** What a configuration that `configurationText` made says of its container; what was cut off is left out. */
export function readConfiguration(configuration: string): Remains & { readonly rootfs?: string | undefined } {
  const find = (pattern: RegExp): string | undefined => pattern.exec(configuration)?.[1];
  return {
    hostname: find(/^lxc\.uts\.name = (\S+)$/m),
    ipAddress: find(/^lxc\.net\.0\.ipv4\.address = ([\d.]+)\//m),
    rootfs: find(rootfsLine),
  };
}

/** LXC works out a wrong one by itself. */
function broadcastAddress({ address, prefixLength }: Network): string {
  return ipaddr.IPv4.broadcastAddressFromCIDR(`${address}/${prefixLength}`).toString();
}

const rootfsLine = /^lxc\.rootfs\.path = overlay:(.*):/m;

/** The image's root file system that a configuration made by `configurationText` names. */
export function rootfsIn(configuration: string): string {
  const { rootfs } = readConfiguration(configuration);
  if (rootfs === undefined) {
    throw new MccError(
      "engine",
      "The container's configuration no longer says what its root file system is.",
    );
  }
  return rootfs;
}

/** The first label of a host name that is longer than the kernel takes: 64 characters, uname(2). */
export function kernelHostname(hostname: string): string {
  return hostname.length > 64 ? (hostname.split(".")[0] ?? hostname) : hostname;
}

/** The parts that every distribution's container has; what they leave open is closed again after them. */
const distributionLines = ["common.conf", "userns.conf"].map(
  (file) => `lxc.include = ${lxcConfiguration}/${file}`,
);

/** Where the container's /etc/hosts, which is a link, leads. A file mounted by itself could not be replaced. */
export const hostsTarget = "minicloud/hosts";

function hostsLines(folder: string): string[] {
  return [`lxc.mount.entry = ${folder} etc/${dirname(hostsTarget)} none bind,ro,create=dir 0 0`];
}

/** What shm_open(3) needs, and systemd mounts by itself. */
const sharedMemoryLines = ["lxc.mount.entry = tmpfs dev/shm tmpfs rw,nosuid,nodev,create=dir 0 0"];
