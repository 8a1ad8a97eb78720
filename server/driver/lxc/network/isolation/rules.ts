import { isIPv4 } from "node:net";
import { hostAddressesOutside } from "../../../../support/ordinary-user";
import type { Place } from "../../place";
import { prefixesOfFirstGroup, prefixOfGroup } from "./cable-names";

/** A packet's mark has the number of its sender's group in the lower half. The upper half tells it from other marks. */
const marks = 0x4d430000;
/** The mark of a packet whose sender's group the rules do not have. */
const unknownGroup = marks + 0xffff;

/**
 * Returns what the bridge's table needs so that containers reach only those of their own group. It compares cables, which
 * a container cannot change, and no addresses. Without other groups than the first, no packet is inspected.
 *
 * @param groups the numbers of the groups other than the first.
 * @param closed the one whose members reach nobody. Default: none.
 */
export function isolationRules(
  {
    vethPrefix,
    jointPrefix,
    bridgeHardwareAddress,
  }: Pick<Place, "vethPrefix" | "jointPrefix" | "bridgeHardwareAddress">,
  groups: readonly number[],
  closed?: number,
): string {
  if (groups.length === 0) {
    return "";
  }
  const prefixes = [
    ...prefixesOfFirstGroup(vethPrefix).map((prefix) => ({ prefix, mark: marks })),
    ...groups
      .filter((group) => group !== closed)
      .map((group) => ({ prefix: prefixOfGroup(vethPrefix, group), mark: marks + group })),
  ];
  const senders = prefixes.map(({ prefix, mark }) => `"${prefix}*" : ${mark}`);
  const receivers = prefixes.map(({ prefix, mark }) => `${mark} . "${prefix}*"`);
  // The mark stays on the cable between two bridges, and is removed when the packet enters a container. The bridge also gives
  // the host what is sent to the hardware address of a port, which the rules of the host do not know.
  return `
  chain isolation {
    type filter hook forward priority filter; policy accept;
    iifname "${vethPrefix}*" meta mark set ${unknownGroup}
    meta mark set iifname map { ${senders.join(", ")} }
    meta mark . oifname { ${receivers.join(", ")} } accept
    oifname "${vethPrefix}*" meta mark & 0xffff0000 == ${marks} drop
  }
  chain detour {
    type filter hook input priority filter; policy accept;
    iifname { "${vethPrefix}*", "${jointPrefix}*" } meta pkttype != { broadcast, multicast } ether daddr != ${bridgeHardwareAddress} drop
  }`;
}

/**
 * Returns the table that protects the host and the groups from detours through the host: packets to the daemon's port, and
 * packets that the host would route from one container to another. Empty if there is nothing to protect.
 *
 * @param port the daemon's port; undefined if instances may reach it.
 * @param groups the numbers of the groups other than the first.
 * @param outside the addresses at which the daemon listens if it is in another network. Default: it is in this one.
 */
export function hostRules(
  { firewallTable, bridge, bridgeHardwareAddress }: Place,
  port: number | undefined,
  groups: readonly number[],
  outside: readonly string[] = hostAddressesOutside() ?? [],
): string {
  const addresses = outside.filter((address) => isIPv4(address));
  const chains = [
    ...(port === undefined
      ? []
      : [
          `chain input {
    type filter hook input priority filter; policy accept;
    iifname "${bridge}*" tcp dport ${port} reject with tcp reset
  }`,
          ...(addresses.length === 0
            ? []
            : [
                `chain outside {
    type filter hook forward priority filter; policy accept;
    iifname "${bridge}*" ip daddr { ${addresses.join(", ")} } tcp dport ${port} reject with tcp reset
  }`,
              ]),
        ]),
    ...(groups.length === 0
      ? []
      : [
          // With br_netfilter, packets between two ports of one bridge pass here too. They have other receivers.
          `chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "${bridge}" oifname "${bridge}" ether daddr ${bridgeHardwareAddress} drop
    iifname "${bridge}-*" oifname "${bridge}" drop
  }`,
        ]),
  ];
  return chains.length === 0 ? "" : `table inet ${firewallTable} {\n  ${chains.join("\n  ")}\n}\n`;
}
