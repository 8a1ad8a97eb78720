import * as ipaddr from "ipaddr.js";
import { MccError } from "../../protocol/error";
import type { Network } from "../driver/driver";

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
 * Chooses the smallest network that holds the range beside its own address and its broadcast address. The
 * gateway is the network's first address, or its last one, that the range leaves free; a range that leaves
 * neither free gives up its first address.
 */
export function planNetwork(range: AddressRange, nat: boolean): NetworkPlan {
  const first = addressToNumber(range.first);
  const last = addressToNumber(range.last);
  const prefixLength = smallestPrefix(first, last);
  const base = first - (first % networkSize(prefixLength));
  const lowestHost = base + 1;
  const highestHost = base + networkSize(prefixLength) - 2;
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
    range: { first: numberToAddress(usableFirst), last: range.last },
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

/** A /30 is the smallest network with room for two hosts. */
function smallestPrefix(first: number, last: number): number {
  for (let prefixLength = 30; prefixLength > 0; prefixLength -= 1) {
    const size = networkSize(prefixLength);
    const base = first - (first % size);
    if (first > base && last < base + size - 1) {
      return prefixLength;
    }
  }
  throw new MccError("invalid", `${numberToAddress(first)}-${numberToAddress(last)} fits no network.`);
}

function networkSize(prefixLength: number): number {
  return 2 ** (32 - prefixLength);
}
