import ipaddr from "ipaddr.js";

/**
 * Returns the hardware address for an IP address. It is always the same: when an IP address moves to another container,
 * neighbours use the hardware address that they know for another half minute. Locally administered, as IEEE 802
 * requires of an address that is made up.
 */
export function hardwareAddress(ipAddress: string): string {
  const octets = [0x02, 0x00, ...ipaddr.IPv4.parse(ipAddress).toByteArray()];
  return octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":");
}
