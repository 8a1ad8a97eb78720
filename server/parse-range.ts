import * as ipaddr from "ipaddr.js";
import { MccError } from "../protocol/error";
import { type AddressRange, addressToNumber, numberToAddress } from "./cloud/reservations/address-range";

const largestSize = 65_536;
/** Kinds of addresses, by the names of ipaddr.js, that a host in a network cannot have. */
const unusableKinds = ["unspecified", "loopback", "linkLocal", "multicast", "broadcast"];

/**
 * Parses a range of addresses.
 *
 * @param text `FIRST-LAST`, both included, or a CIDR range, without the network's own address and its broadcast
 * address.
 * @throws MccError `invalid`
 */
export function parseRange(text: string): AddressRange {
  const range = text.includes("/") ? parseCidr(text) : parseEnds(text);
  const size = addressToNumber(range.last) - addressToNumber(range.first) + 1;
  if (size < 1) {
    throw refusal(text, `its last address, ${range.last}, comes before its first one`);
  }
  if (size > largestSize) {
    throw refusal(text, `it has ${size} addresses, and the limit is ${largestSize}`);
  }
  for (const address of [range.first, range.last]) {
    const kind = ipaddr.IPv4.parse(address).range();
    if (unusableKinds.includes(kind)) {
      throw refusal(text, `${address} is a ${kind} address`);
    }
  }
  return range;
}

function parseEnds(text: string): AddressRange {
  const [first = "", last = "", ...rest] = text.split("-").map((end) => end.trim());
  if (first === "" || last === "") {
    throw refusal(text, `${first === "" ? "FIRST" : "LAST"} is missing`);
  }
  const wrong = [first, last].find((end) => !ipaddr.IPv4.isValidFourPartDecimal(end));
  if (rest.length > 0 || wrong !== undefined) {
    throw refusal(text, `"${wrong ?? rest.join("-")}" is not an IPv4 address`);
  }
  return { first, last };
}

function parseCidr(text: string): AddressRange {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) {
    throw refusal(text, "it is not an IPv4 network with its prefix length");
  }
  const network = addressToNumber(ipaddr.IPv4.networkAddressFromCIDR(text).toString());
  const broadcast = addressToNumber(ipaddr.IPv4.broadcastAddressFromCIDR(text).toString());
  const ends = broadcast - network < 2 ? [network, broadcast] : [network + 1, broadcast - 1];
  const [first = network, last = broadcast] = ends;
  return { first: numberToAddress(first), last: numberToAddress(last) };
}

function refusal(text: string, reason: string): MccError {
  return new MccError(
    "invalid",
    `The range "${text}" cannot be used: ${reason}; give FIRST-LAST or a CIDR range, such as 198.18.0.0/22.`,
  );
}
