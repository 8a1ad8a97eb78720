import { join } from "node:path";
import { groupOfCable } from "./network/isolation/cable-names";

/** The names and paths of one container's parts. */
export interface ContainerPlace {
  readonly id: number;
  /** LXC's name for it. Unique on the host, because all network namespaces share one cgroup hierarchy. */
  readonly name: string;
  readonly folder: string;
  readonly configuration: string;
  /** Identifies the instance if the daemon's record is lost. */
  readonly uid: string;
  /** What the daemon last wrote into its /etc/resolv.conf. */
  readonly nameServers: string;
  /** The part of the configuration that `resize` replaces. */
  readonly limits: string;
  /** Contains the two folders that overlayfs needs on one file system: `delta` and its own `work`. */
  readonly layer: string;
  /** The container's changes to its image. */
  readonly delta: string;
  /** Mounted at /etc/minicloud, with the container's hosts file, which it can change. Its size counts as the layer's. */
  readonly hosts: string;
  /** LXC's log of the last start. */
  readonly log: string;
  /** The group of containers that it reaches. Missing for the first group. */
  readonly networkGroup: string;
  /** Exists if the container was prepared for a claim since its start, with the name that its cable had then. */
  readonly claimed: string;
  /** LXC creates it and does not remove it. */
  readonly lock: string;
}

/** The names of everything that one daemon has on this host. They differ between daemons. */
export class Place {
  readonly containers: string;
  readonly images: string;
  /** The device files that containers share. */
  readonly devices: string;
  /** LXC's own configuration, for the LXC commands of this driver. Contains no programs. */
  readonly engineConfiguration: string;
  /** Exists if this daemon switched IPv4 forwarding on. */
  readonly forwardingMark: string;
  /** Exists if this daemon switched IPv6 forwarding on. */
  readonly ipv6ForwardingMark: string;
  /** Where the first release stored the kernel's limits before it raised them. */
  readonly formerKernelLimitsMark: string;
  readonly lockFolder: string;
  /** The first bridge, with the host's address on it. */
  readonly bridge: string;
  /**
   * Fixed. Otherwise the bridge takes the address of a new port, and containers lose the connection to their gateway.
   */
  readonly bridgeHardwareAddress: string;
  /** What the names of the host's ends of containers' cables start with: 7 characters. */
  readonly vethPrefix: string;
  /** What the names of both ends of the cables between bridges start with. */
  readonly jointPrefix: string;
  readonly firewallTable: string;
  readonly #short: string;
  readonly #namePrefix: string;

  constructor(
    readonly folder: string,
    serverId: string,
  ) {
    const short = serverId.slice(0, 6);
    this.#short = short;
    this.containers = join(folder, "containers");
    this.images = join(folder, "images");
    this.devices = join(folder, "devices");
    this.engineConfiguration = join(folder, "lxc");
    this.forwardingMark = join(folder, "forwarding-was-off");
    this.ipv6ForwardingMark = join(folder, "ipv6-forwarding-was-off");
    this.formerKernelLimitsMark = join(folder, "kernel-limits-were.json");
    this.lockFolder = join("/run/lxc/lock", this.containers);
    this.bridge = `mcbr-${short}`;
    this.bridgeHardwareAddress = `02:${serverId.slice(0, 10).replace(/..(?!$)/g, "$&:")}`;
    this.vethPrefix = `mcv${serverId.slice(0, 4)}`;
    this.jointPrefix = `mcj-${this.#short}-`;
    this.firewallTable = `minicloud-${short}`;
    this.#namePrefix = `mc-${short}-`;
  }

  /** @param number from 1 to 999, because names of interfaces have at most 15 characters. */
  bridgeOf(number: number): string {
    return number === 1 ? this.bridge : `${this.bridge}-${number}`;
  }

  /** Returns the number of a bridge that this daemon created; undefined for any other interface. */
  bridgeNumber(link: string): number | undefined {
    if (link === this.bridge) {
      return 1;
    }
    const [, number] = new RegExp(`^${this.bridge}-([2-9]|[1-9]\\d+)$`).exec(link) ?? [];
    return number === undefined ? undefined : Number(number);
  }

  /** Returns whether an interface is the host's end of a container's cable. */
  isVeth(link: string): boolean {
    return groupOfCable(this.vethPrefix, link) !== undefined;
  }

  /** Returns the ends of the cable between the first bridge and an additional one. */
  jointOf(number: number): { readonly atFirst: string; readonly atBridge: string } {
    const joint = `${this.jointPrefix}${number}`;
    return { atFirst: `${joint}a`, atBridge: `${joint}b` };
  }

  /** The number of the bridge that an end of a joint is for; undefined for any other interface. */
  jointNumber(link: string): number | undefined {
    const [, number] = /^mcj-.*-(\d+)[ab]$/.exec(link) ?? [];
    const { atFirst, atBridge } = this.jointOf(Number(number));
    return link === atFirst || link === atBridge ? Number(number) : undefined;
  }

  container(id: number): ContainerPlace {
    // No `join`: it takes longer than all the rest, and the paths of all containers are needed often.
    const name = `${this.#namePrefix}${id}`;
    const folder = `${this.containers}/${name}`;
    return {
      id,
      name,
      folder,
      configuration: `${folder}/config`,
      uid: `${folder}/uid`,
      nameServers: `${folder}/name-servers`,
      limits: `${folder}/limits`,
      layer: `${folder}/layer`,
      delta: `${folder}/layer/delta`,
      hosts: `${folder}/layer/minicloud`,
      log: `${folder}/start.log`,
      networkGroup: `${folder}/network-group`,
      claimed: `${folder}/claimed`,
      lock: `${this.lockFolder}/.${name}`,
    };
  }

  /** Returns the id in a container's name; undefined for a name that is not from this daemon. */
  idOf(name: string): number | undefined {
    const digits = name.startsWith(this.#namePrefix) ? name.slice(this.#namePrefix.length) : "";
    return /^[1-9]\d*$/.test(digits) ? Number(digits) : undefined;
  }
}
