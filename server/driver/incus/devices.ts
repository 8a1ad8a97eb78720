import type { InstanceType } from "../../../protocol/methods/instance-type";
import type { ContainerSpec, Network } from "../driver";
import { hardwareAddress } from "../hardware-address";
import { kernelHostname } from "../kernel-hostname";
import type { GivenRoute } from "./images/image-files";
import { rootSize } from "./limits";
import type { EngineSettings, NicSetting } from "./settings";

type Device = Readonly<Record<string, string>>;
type Addresses = Pick<ContainerSpec, "ipAddress" | "ipv6Address">;

/** The gateway that the engine itself gives an instance with a routed interface. */
const routedGateway = "169.254.0.1";

interface NicKind {
  readonly device: (name: string, addresses: Addresses) => Device;
  readonly route: (network: Network) => GivenRoute;
  /** Lines of LXC's configuration. */
  readonly lines: (addresses: Addresses, network: Network) => string[];
}

/** An interface in the segment of a bridge. The address is set by LXC, so images need no DHCP client. */
const inSegment: Pick<NicKind, "route" | "lines"> = {
  route: ({ prefixLength, gateway }) => ({ prefixLength, gateway }),
  lines: ({ ipAddress, ipv6Address }, { prefixLength, gateway, ipv6 }) => [
    // Without its broadcast address, LXC makes up a wrong one.
    `lxc.net.0.ipv4.address = ${ipAddress}/${prefixLength} ${broadcastOf(ipAddress, prefixLength)}`,
    `lxc.net.0.ipv4.gateway = ${gateway}`,
    ...(ipv6Address === undefined || ipv6 === undefined
      ? []
      : [
          `lxc.net.0.ipv6.address = ${ipv6Address}/${ipv6.prefixLength}`,
          `lxc.net.0.ipv6.gateway = ${ipv6.gateway}`,
        ]),
  ],
};

const nicKinds: Readonly<Record<NicSetting["kind"], NicKind>> = {
  routed: {
    device: (parent, { ipAddress, ipv6Address }) => ({
      nictype: "routed",
      parent,
      "ipv4.address": ipAddress,
      ...(ipv6Address !== undefined && { "ipv6.address": ipv6Address }),
      // The daemon knows every address that it gave, and a probe would wait for its time limit.
      "ipv4.neighbor_probe": "false",
      "ipv6.neighbor_probe": "false",
    }),
    route: () => ({ prefixLength: 32, gateway: routedGateway }),
    lines: () => [],
  },
  bridged: { device: (parent) => ({ nictype: "bridged", parent }), ...inSegment },
  network: { device: (network) => ({ network }), ...inSegment },
};

/** Returns the interface of an instance. */
export function nicDevice({ nic }: EngineSettings, addresses: Addresses): Device {
  return {
    type: "nic",
    name: "eth0",
    hwaddr: hardwareAddress(addresses.ipAddress),
    ...nicKinds[nic.kind].device(nic.name, addresses),
  };
}

/** Returns the root volume of an instance. */
export function rootDevice({ pool }: EngineSettings, type: InstanceType, imageBytes: number): Device {
  const size = rootSize(type, imageBytes);
  return { type: "disk", path: "/", pool, ...(size !== undefined && { size }) };
}

/**
 * Gives a container the host name in its file. It is run by a shell of the member, in the container's namespaces, before the
 * container has its own root. LXC adds arguments.
 */
const setHostName = `/bin/sh -c 'cd "$LXC_ROOTFS_MOUNT" && [ ! -L etc ] && [ ! -L etc/hostname ] && hostname -F etc/hostname; true'`;

/** Returns the lines of LXC's configuration that no setting of the engine has. */
export function rawLines(
  { nic }: EngineSettings,
  network: Network,
  spec: Addresses & Pick<ContainerSpec, "hostname" | "unclaimed">,
): string[] {
  return [
    // The engine would give the instance its own name for it.
    `lxc.uts.name = ${kernelHostname(spec.hostname)}`,
    // A claim changes the file alone, and the name must be the same after a restart.
    ...(spec.unclaimed === true ? [`lxc.hook.mount = ${setHostName}`] : []),
    ...nicKinds[nic.kind].lines(spec, network),
  ];
}

/** Returns how an instance reaches other networks. */
export function routeOf({ nic }: EngineSettings, network: Network): GivenRoute {
  return nicKinds[nic.kind].route(network);
}

function broadcastOf(address: string, prefixLength: number): string {
  const bits = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const hosts = 2 ** (32 - prefixLength);
  const last = Math.floor(bits / hosts) * hosts + hosts - 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join(".");
}
