import * as ipaddr from "ipaddr.js";
import { MccError } from "../../../protocol/error";
import type { Network } from "../../driver/driver";

/** The addresses that instances get, both ends included: IPv4, `198.18.0.2`. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** A range, its network, and the host's own address there. */
export interface NetworkPlan {
  readonly network: Network;
  /** The given range, without the gateway if the range would fill its whole network. */
  readonly range: AddressRange;
}

/**
 * Chooses the smallest network that contains the range, a /30 at least. No instance can have the network's own address or
 * its broadcast address: if the range has one of them, a network up to four times as large is chosen, or else the range
 * loses that address. The gateway is the network's first host address, or its last one, if the range leaves it free; a range
 * that leaves neither free loses its first address.
 *
 * @throws MccError `invalid` for a range without an address left.
 */
export function planNetwork(range: AddressRange, nat: boolean): NetworkPlan {
  const { base, prefixLength } = smallestNetwork(addressToNumber(range.first), addressToNumber(range.last));
  const lowestHost = base + 1;
  const highestHost = base + networkSize(prefixLength) - 2;
  const first = Math.max(addressToNumber(range.first), lowestHost);
  const last = Math.min(addressToNumber(range.last), highestHost);
  const gateway = lowestHost < first ? lowestHost : highestHost > last ? highestHost : first;
  const usableFirst = gateway === first ? first + 1 : first;
  if (usableFirst > last) {
    throw new MccError(
      "invalid",
      `The range ${range.first}-${range.last} has no address left in addition to the host's own; give a larger one with -r.`,
    );
  }
  return {
    network: { address: numberToAddress(base), prefixLength, gateway: numberToAddress(gateway), nat },
    range: { first: numberToAddress(usableFirst), last: numberToAddress(last) },
  };
}

export function addressToNumber(address: string): number {
  return ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((number, byte) => number * 256 + byte, 0);
}

export function numberToAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

/** Longer prefixes have no space for two hosts. */
const longestPrefix = 30;
/** How much shorter the prefix may become: 4 times the addresses. */
const mostShortening = 2;

function smallestNetwork(first: number, last: number): { base: number; prefixLength: number } {
  const prefixes = Array.from({ length: longestPrefix + 1 }, (_, index) => longestPrefix - index);
  const holding = prefixes.filter((prefix) => baseOf(first, prefix) === baseOf(last, prefix));
  const smallest = holding[0] ?? 0;
  const roomy = holding
    .slice(0, mostShortening + 1)
    .find(
      (prefix) => first > baseOf(first, prefix) && last < baseOf(first, prefix) + networkSize(prefix) - 1,
    );
  const prefixLength = roomy ?? smallest;
  return { base: baseOf(first, prefixLength), prefixLength };
}

function baseOf(address: number, prefixLength: number): number {
  return address - (address % networkSize(prefixLength));
}

function networkSize(prefixLength: number): number {
  return 2 ** (32 - prefixLength);
}
