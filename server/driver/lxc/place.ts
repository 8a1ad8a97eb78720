import { join } from "node:path";

/** Where one container's parts lie and what they are called. */
export interface ContainerPlace {
  readonly id: number;
  /** LXC's name for it. Unique on the host, because all network namespaces share one cgroup hierarchy. */
  readonly name: string;
  readonly folder: string;
  readonly configuration: string;
  /** Says which life of the instance it is, should the daemon's record be lost. */
  readonly uid: string;
  /** The part of the configuration that `resize` replaces. */
  readonly limits: string;
  /** What overlayfs needs beside each other: `delta` and its own `work`. */
  readonly layer: string;
  /** What the container has changed of its image. */
  readonly delta: string;
  /** What LXC said at the last start. */
  readonly log: string;
  /** The host's end of its network cable; 15 characters at most, up to the id 99,999,999. */
  readonly veth: string;
  /** LXC makes it and leaves it. */
  readonly lock: string;
}

/** The names of all that one daemon has on this host, so that nothing of another's is ever touched. */
export class Place {
  readonly containers: string;
  readonly images: string;
  /** LXC's own configuration, as our LXC commands see it; has no programs in it. */
  readonly engineConfiguration: string;
  /** Exists when it was we who switched IPv4 forwarding on. */
  readonly forwardingMark: string;
  /** Where the first release kept what the kernel's limits were before they were raised. */
  readonly formerKernelLimitsMark: string;
  readonly lockFolder: string;
  /** The first bridge, with the host's address on it. */
  readonly bridge: string;
  /** Fixed, or containers lose sight of their gateway when the bridge takes on the address of a new port. */
  readonly bridgeHardwareAddress: string;
  readonly vethPrefix: string;
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
    this.engineConfiguration = join(folder, "lxc");
    this.forwardingMark = join(folder, "forwarding-was-off");
    this.formerKernelLimitsMark = join(folder, "kernel-limits-were.json");
    this.lockFolder = join("/run/lxc/lock", this.containers);
    this.bridge = `mcbr-${short}`;
    this.bridgeHardwareAddress = `02:${serverId.slice(0, 10).replace(/..(?!$)/g, "$&:")}`;
    this.vethPrefix = `mcv${serverId.slice(0, 4)}`;
    this.firewallTable = `minicloud-${short}`;
    this.#namePrefix = `mc-${short}-`;
  }

  /** @param number from 1, up to 999: names of interfaces have 15 characters at most. */
  bridgeOf(number: number): string {
    return number === 1 ? this.bridge : `${this.bridge}-${number}`;
  }

  /** The number of a bridge that this daemon made; undefined for any other interface. */
  bridgeNumber(link: string): number | undefined {
    if (link === this.bridge) {
      return 1;
    }
    const [, number] = new RegExp(`^${this.bridge}-([2-9]|[1-9]\\d+)$`).exec(link) ?? [];
    return number === undefined ? undefined : Number(number);
  }

  /** The ends of the cable that joins a bridge past the first to the first. */
  jointOf(number: number): { readonly atFirst: string; readonly atBridge: string } {
    const joint = `mcj-${this.#short}-${number}`;
    return { atFirst: `${joint}a`, atBridge: `${joint}b` };
  }

  container(id: number): ContainerPlace {
    const name = `${this.#namePrefix}${id}`;
    const folder = join(this.containers, name);
    return {
      id,
      name,
      folder,
      configuration: join(folder, "config"),
      uid: join(folder, "uid"),
      limits: join(folder, "limits"),
      layer: join(folder, "layer"),
      delta: join(folder, "layer", "delta"),
      log: join(folder, "start.log"),
      veth: `${this.vethPrefix}${id}`,
      lock: join(this.lockFolder, `.${name}`),
    };
  }

  /** The id in a container's name; undefined for a name that this daemon did not give. */
  idOf(name: string): number | undefined {
    const digits = name.startsWith(this.#namePrefix) ? name.slice(this.#namePrefix.length) : "";
    return /^[1-9]\d*$/.test(digits) ? Number(digits) : undefined;
  }
}
