import * as ipaddr from "ipaddr.js";
import { MccError } from "../../../protocol/error";
import type { Network } from "../../driver/driver";

/** The addresses that instances get, both ends included: IPv4, `198.18.0.2`. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** A range, the network round it, and the host's own address there. */
export interface NetworkPlan {
  readonly network: Network;
  /** The given range, less the gateway where the range would use up its whole network. */
  readonly range: AddressRange;
}

/**
 * Chooses the smallest network that holds the range, a /30 at least. Its own address and its broadcast address
 * are nobody's: where the range has one of them, a network up to four times as large is taken, or else the range
 * gives that address up. The gateway is the network's first host address, or its last one, that the range leaves
 * free; a range that leaves neither free gives up its first address.
 *
 * @throws MccError `invalid` for a range that then has no address left.
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
      `The range ${range.first}-${range.last} has no address left beside the host's own; give a larger one with -r.`,
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

/** Longer prefixes leave no room for two hosts. */
const longestPrefix = 30;
/** Prefixes up to this much shorter are no great loss: 4 times the addresses. */
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
