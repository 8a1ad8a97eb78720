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
  /** The elements that the kernel's sets have. */
  #written: ReadonlySet<string> = new Set();
  #isRead = false;
  /** Grows with each change of what is held. */
  #version = 1;
  /** The version that the kernel's sets have. */
  #writtenVersion = 0;

  constructor(
    private readonly place: Place,
    private readonly network: Network,
    private readonly groups: Pick<NetworkGroups, "numberOf">,
  ) {}

  /** For a container that is being made, and has joined its group. */
  hold({ id }: Pick<ContainerPlace, "id">, { ipAddress, ipv6Address }: Addresses): void {
    const hardware = hardwareAddress(ipAddress);
    const mark = markOf(this.groups.numberOf({ id }));
    const all = [ipv6Address, linkLocal(hardware)].flatMap((address) => address ?? []);
    this.#version += 1;
    this.#held.set(id, [
      ...owned("hardware", hardware, mark),
      ...owned("ipv4", ipAddress, mark),
      ...all.flatMap((address) => owned("ipv6", number(address), mark)),
    ]);
  }

  /** For a container that is gone. */
  release({ id }: Pick<ContainerPlace, "id">): void {
    if (this.#held.delete(id)) {
      this.#version += 1;
    }
  }

  /** Returns the declarations of the sets, with all elements. */
  declarations(): SetsChange {
    const elements = this.#elements();
    const text = sets
      .map(({ name, type }) => {
        const mine = [...elements].flatMap((element) => inSet(name, element));
        return `\n  set ${name} { typeof ${type}; ${mine.length === 0 ? "" : `elements = { ${mine.join(", ")} };`} }`;
      })
      .join("");
    return { text, made: this.#writtenBy(elements) };
  }

  /** Returns the commands that bring the sets up to date. */
  changes(): SetsChange {
    if (this.#version === this.#writtenVersion) {
      return { text: "", made: () => undefined };
    }
    const [elements, written] = [this.#elements(), this.#written];
    const text = [
      ...this.#commands(
        "delete",
        [...written].filter((element) => !elements.has(element)),
      ),
      ...this.#commands(
        "add",
        [...elements].filter((element) => !written.has(element)),
      ),
    ].join("");
    if (text === "") {
      this.#writtenVersion = this.#version;
    }
    return { text, made: this.#writtenBy(elements) };
  }

  /** @param elements those of now. @returns what records that the kernel's sets have them. */
  #writtenBy(elements: ReadonlySet<string>): () => void {
    const version = this.#version;
    return () => {
      this.#written = elements;
      this.#writtenVersion = version;
    };
  }

  #commands(word: "add" | "delete", elements: readonly string[]): string[] {
    return sets.flatMap(({ name }) => {
      const mine = elements.flatMap((element) => inSet(name, element));
      return mine.length === 0
        ? []
        : `${word} element bridge ${this.place.firewallTable} ${name} { ${mine.join(", ")} }\n`;
    });
  }

  #elements(): ReadonlySet<string> {
    this.#read();
    return new Set([...this.#ofHost(), ...[...this.#held.values()].flat()]);
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
