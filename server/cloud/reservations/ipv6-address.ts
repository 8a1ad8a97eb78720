import * as ipaddr from "ipaddr.js";
import { MccError } from "../../../protocol/error";
import type { Network } from "../../driver/driver";
import { addressToNumber, type NetworkPlan } from "./address-range";

/** An IPv6 network for instances, as given with `--range6`. */
export interface Ipv6Range {
  /** `fd00:1234::` */
  readonly address: string;
  /** At most 96: the last 32 bits are the instance's place in the IPv4 network. */
  readonly prefixLength: number;
}

const longestPrefix = 96;
const hostBytes = 4;
/** Kinds of addresses, by the names of ipaddr.js, that no host can have as its own in a network. */
const unusableKinds = ["unspecified", "loopback", "linkLocal", "multicast", "ipv4Mapped"];

/** @throws MccError `invalid` */
export function parseIpv6Range(text: string): Ipv6Range {
  if (!ipaddr.IPv6.isValidCIDR(text)) {
    throw refusal(text, "it is not an IPv6 network with its prefix length");
  }
  const [, prefixLength] = ipaddr.IPv6.parseCIDR(text);
  const address = ipaddr.IPv6.networkAddressFromCIDR(text);
  if (prefixLength > longestPrefix) {
    throw refusal(text, `its prefix has ${prefixLength} bits, and ${longestPrefix} are the most`);
  }
  if (unusableKinds.includes(address.range())) {
    throw refusal(text, `${address.toString()} is a ${address.range()} address`);
  }
  return { address: address.toString(), prefixLength };
}

function refusal(text: string, reason: string): MccError {
  return new MccError(
    "invalid",
    `The IPv6 range "${text}" cannot be used: ${reason}; give a network such as fd00:1234::/64.`,
  );
}

/**
 * Returns the IPv6 address that belongs to an IPv4 address of the network: it has the same place in its range. So an
 * instance has the same pair for life, and nothing has to be reserved.
 */
export function ipv6AddressIn(
  { address, prefixLength }: Pick<Network, "address" | "prefixLength">,
  range: Ipv6Range,
  ipAddress: string,
): string | undefined {
  if (!ipaddr.IPv4.parse(ipAddress).match(ipaddr.IPv4.parse(address), prefixLength)) {
    return undefined;
  }
  const place = addressToNumber(ipAddress) - addressToNumber(address);
  const bytes = ipaddr.IPv6.parse(range.address).toByteArray();
  bytes.splice(-hostBytes, hostBytes, ...[24, 16, 8, 0].map((shift) => Math.floor(place / 2 ** shift) % 256));
  return new ipaddr.IPv6(bytes).toString();
}

/** Adds the IPv6 range, with the host's own address in it, to the plan of a network. */
export function withIpv6(plan: NetworkPlan, range: Ipv6Range | undefined): NetworkPlan {
  const { network } = plan;
  const gateway = range && ipv6AddressIn(network, range, network.gateway);
  return range === undefined || gateway === undefined
    ? plan
    : { ...plan, network: { ...network, ipv6: { ...range, gateway } } };
}

/**
 * Checks that the IPv6 range is still the one of the instances, which have their addresses for life.
 *
 * @throws MccError `conflict` when instances have addresses of another range. Those without an address are no reason.
 */
export function keepIpv6Range(
  network: Network,
  records: readonly { readonly ipAddress: string; readonly ipv6Address?: string | undefined }[],
): void {
  const { ipv6 } = network;
  const given = ipv6 === undefined ? "no IPv6 range was given" : `the range is ${describe(ipv6)}`;
  const outside = records.filter(
    ({ ipAddress, ipv6Address }) =>
      ipv6Address !== undefined &&
      (ipv6 === undefined || ipv6AddressIn(network, ipv6, ipAddress) !== ipv6Address),
  );
  if (outside.length > 0) {
    throw new MccError(
      "conflict",
      `${outside.length} instances have IPv6 addresses of another range, such as ${outside[0]?.ipv6Address ?? ""}, and ${given}; start mccserver with the --range6 that it had, or remove everything with --purge.`,
    );
  }
}

function describe({ address, prefixLength }: Ipv6Range): string {
  return `${address}/${prefixLength}`;
}
