import ipaddr from "ipaddr.js";

/**
 * The same for whoever has the address: neighbours go on sending to the one that they know, for half a minute,
 * when an address changes hands. Locally administered, as IEEE 802 wants it of one that is made up.
 */
export function hardwareAddress(ipAddress: string): string {
  const octets = [0x02, 0x00, ...ipaddr.IPv4.parse(ipAddress).toByteArray()];
  return octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":");
}
