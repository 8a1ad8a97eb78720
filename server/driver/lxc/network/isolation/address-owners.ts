import ipaddr from "ipaddr.js";
import type { Network } from "../../../driver";
import { hardwareAddress } from "../../../hardware-address";
import { readConfiguration } from "../../configuration/configuration";
import type { ContainerPlace, Place } from "../../place";
import { containersIn, textOf } from "./container-files";
import type { NetworkGroups } from "./groups";
import { markOf } from "./marks";

/** The IP addresses of a container. */
interface Addresses {
  readonly ipAddress: string;
  readonly ipv6Address?: string | undefined;
}

/** A change of the firewall's sets, and what records that it was made. */
interface SetsChange {
  /** Empty if there is nothing to change. */
  readonly text: string;
  readonly made: () => void;
}

/** The kinds of addresses. Each has a set of all that belong to a container or the host, and one with their owners' marks. */
const kinds = {
  hardware: "ether saddr",
  ipv4: "ip saddr",
  // In numbers, because nft 1.0.6 has no name for the target of an advertisement.
  ipv6: "@nh,64,128",
} as const;
type Kind = keyof typeof kinds;

/**
 * Knows which addresses belong to which group of containers, so that the firewall refuses them from containers of other
 * groups. Addresses that belong to no container and not to the host may be used by all.
 */
export class AddressOwners {
  readonly #held = new Map<number, readonly string[]>();
  /** How many holders each element has that the kernel's sets must have. */
  readonly #holders = new Map<string, number>();
  /** The elements that the kernel's sets have. */
  #written = new Set<string>();
  /** The elements that were held or released since they were written. With all of them, each change would take longer. */
  readonly #touched = new Set<string>();
  #isRead = false;

  constructor(
    private readonly place: Place,
    private readonly network: Network,
    private readonly groups: Pick<NetworkGroups, "numberOf">,
  ) {
    this.#add(this.#ofHost());
  }

  /** For a container that is being made, and has joined its group. */
  hold({ id }: Pick<ContainerPlace, "id">, { ipAddress, ipv6Address }: Addresses): void {
    const hardware = hardwareAddress(ipAddress);
    const mark = markOf(this.groups.numberOf({ id }));
    const all = [ipv6Address, linkLocal(hardware)].flatMap((address) => address ?? []);
    const elements = [
      ...owned("hardware", hardware, mark),
      ...owned("ipv4", ipAddress, mark),
      ...all.flatMap((address) => owned("ipv6", number(address), mark)),
    ];
    this.#add(elements);
    this.#remove(this.#held.get(id) ?? []);
    this.#held.set(id, elements);
  }

  /** For a container that is gone. */
  release({ id }: Pick<ContainerPlace, "id">): void {
    this.#remove(this.#held.get(id) ?? []);
    this.#held.delete(id);
  }

  /** Returns the declarations of the sets, with all elements. */
  declarations(): SetsChange {
    this.#read();
    const elements = new Set(this.#holders.keys());
    const text = sets
      .map(({ name, type }) => {
        const mine = [...elements].flatMap((element) => inSet(name, element));
        return `\n  set ${name} { typeof ${type}; ${mine.length === 0 ? "" : `elements = { ${mine.join(", ")} };`} }`;
      })
      .join("");
    return {
      text,
      made: () => {
        this.#written = elements;
        this.#forgetUnchanged([...this.#touched]);
      },
    };
  }

  /** Returns the commands that bring the sets up to date. */
  changes(): SetsChange {
    this.#read();
    const touched = [...this.#touched];
    this.#forgetUnchanged(touched);
    const missing = touched.filter((element) => this.#holders.has(element) && !this.#written.has(element));
    const surplus = touched.filter((element) => !this.#holders.has(element) && this.#written.has(element));
    return {
      text: [...this.#commands("delete", surplus), ...this.#commands("add", missing)].join(""),
      made: () => {
        missing.forEach((element) => this.#written.add(element));
        surplus.forEach((element) => this.#written.delete(element));
        this.#forgetUnchanged(touched);
      },
    };
  }

  /** Those that were held or released during a change stay touched. */
  #forgetUnchanged(touched: readonly string[]): void {
    for (const element of touched) {
      if (this.#holders.has(element) === this.#written.has(element)) {
        this.#touched.delete(element);
      }
    }
  }

  #add(elements: readonly string[]): void {
    for (const element of elements) {
      this.#holders.set(element, (this.#holders.get(element) ?? 0) + 1);
      this.#touched.add(element);
    }
  }

  #remove(elements: readonly string[]): void {
    for (const element of elements) {
      const holders = (this.#holders.get(element) ?? 0) - 1;
      if (holders > 0) {
        this.#holders.set(element, holders);
      } else {
        this.#holders.delete(element);
      }
      this.#touched.add(element);
    }
  }

  #commands(word: "add" | "delete", elements: readonly string[]): string[] {
    return sets.flatMap(({ name }) => {
      const mine = elements.flatMap((element) => inSet(name, element));
      return mine.length === 0
        ? []
        : `${word} element bridge ${this.place.firewallTable} ${name} { ${mine.join(", ")} }\n`;
    });
  }

  /** The host's own addresses in this network belong to no container. */
  #ofHost(): string[] {
    const { gateway, ipv6 } = this.network;
    const { bridgeHardwareAddress } = this.place;
    const all = [ipv6?.gateway, linkLocal(bridgeHardwareAddress)].flatMap((address) => address ?? []);
    return [
      assigned("hardware", bridgeHardwareAddress),
      assigned("ipv4", gateway),
      ...all.map((address) => assigned("ipv6", number(address))),
    ];
  }

  /** Reads the addresses of the containers that exist, once. */
  #read(): void {
    if (this.#isRead) {
      return;
    }
    for (const container of containersIn(this.place).filter(({ id }) => !this.#held.has(id))) {
      const { ipAddress, ipv6Address } = readConfiguration(textOf(container.configuration));
      if (ipAddress !== undefined) {
        this.hold(container, { ipAddress, ipv6Address });
      }
    }
    this.#isRead = true;
  }
}

const sets = Object.entries(kinds).flatMap(([kind, type]) => [
  { name: kind, type },
  { name: `${kind}_owners`, type: `meta mark . ${type}` },
]);

function owned(kind: Kind, address: string, mark: number): string[] {
  return [assigned(kind, address), `${kind}_owners ${mark} . ${address}`];
}

function assigned(kind: Kind, address: string): string {
  return `${kind} ${address}`;
}

function inSet(name: string, element: string): string[] {
  return element.startsWith(`${name} `) ? [element.slice(name.length + 1)] : [];
}

/** Returns the link-local address that the kernel gives an interface by its hardware address (RFC 4291). */
function linkLocal(hardware: string): string {
  const [first = 0, second = 0, third = 0, ...rest] = hardware
    .split(":")
    .map((octet) => Number.parseInt(octet, 16));
  const octets = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, first ^ 0x02, second, third, 0xff, 0xfe, ...rest];
  return new ipaddr.IPv6(octets).toString();
}

function number(address: string): string {
  return `0x${Buffer.from(ipaddr.IPv6.parse(address).toByteArray()).toString("hex")}`;
}
