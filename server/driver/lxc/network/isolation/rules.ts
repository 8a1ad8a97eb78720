import { closedPortDscp, isInside } from "../../../../support/ordinary-user";
import type { Place } from "../../place";
import { closedGroup, prefixesOfFirstGroup, prefixOfGroup } from "./cable-names";
import { markOf, marks, unknownGroup } from "./marks";

/**
 * Returns what the bridge's table needs so that containers reach only those of their own group, and use no address of
 * another group. A cable, which a container cannot change, tells the group.
 *
 * @param groups the numbers of the groups other than the first. Without any, the table needs no such rules.
 * @param owners the declarations of the sets that have the groups of addresses.
 */
export function isolationRules(
  {
    vethPrefix,
    jointPrefix,
    bridgeHardwareAddress,
  }: Pick<Place, "vethPrefix" | "jointPrefix" | "bridgeHardwareAddress">,
  groups: readonly number[],
  owners: string,
): string {
  const prefixes = [
    ...prefixesOfFirstGroup(vethPrefix).map((prefix) => ({ prefix, mark: markOf(0) })),
    ...groups.map((group) => ({ prefix: prefixOfGroup(vethPrefix, group), mark: markOf(group) })),
  ];
  const senders = prefixes.map(({ prefix, mark }) => `"${prefix}*" : ${mark}`);
  const open = prefixes.filter(({ mark }) => mark !== markOf(closedGroup));
  const receivers = open.map(({ prefix, mark }) => `${mark} . "${prefix}*"`);
  const setMark = `iifname "${vethPrefix}*" meta mark set ${unknownGroup}
    meta mark set iifname map { ${senders.join(", ")} }`;
  // Before the bridge and the host learn from a packet. The host accepts also frames with the VLAN tag 0, in which these
  // rules see no addresses, so it gets none with tags. Frames to an address of the bridge's own protocols (IEEE 802.1D) do not
  // pass the first chain, and those of LLDP pass none: see no_linklocal_learn.
  //
  // The mark stays on the cable between two bridges, and is removed when the packet enters a container. The bridge also gives
  // the host what is sent to the hardware address of a port, which the rules of the host do not know.
  return `${owners}
  chain addresses {
    type filter hook prerouting priority -200; policy accept;
    iifname != "${vethPrefix}*" accept
    ${setMark}
    ether saddr @hardware meta mark . ether saddr != @hardware_owners drop
    arp saddr ether @hardware meta mark . arp saddr ether != @hardware_owners drop
    arp saddr ip @ipv4 meta mark . arp saddr ip != @ipv4_owners drop
    ip saddr @ipv4 meta mark . ip saddr != @ipv4_owners drop
    meta protocol ip6 @nh,64,128 @ipv6 meta mark . @nh,64,128 != @ipv6_owners drop
    icmpv6 type nd-neighbor-advert @th,64,128 @ipv6 meta mark . @th,64,128 != @ipv6_owners drop
    meta mark set 0
  }
  chain isolation {
    type filter hook forward priority filter; policy accept;
    ${setMark}
    meta mark . oifname { ${receivers.join(", ")} } accept
    oifname "${vethPrefix}*" meta mark & 0xffff0000 == ${marks} drop
  }
  chain detour {
    type filter hook input priority filter; policy accept;
    iifname != { "${vethPrefix}*", "${jointPrefix}*" } accept
    ether type { 8021q, 8021ad } drop
    ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00 drop
    meta pkttype != { broadcast, multicast } ether daddr != ${bridgeHardwareAddress} drop
  }`;
}

/**
 * Returns the table that protects the host and the groups from detours through the host: packets to the daemon's port, and
 * packets that the host would route from one container to another. Empty if there is nothing to protect.
 *
 * @param port the daemon's port; undefined if instances may reach it.
 * @param groups the numbers of the groups other than the first.
 * @param isOutside whether the daemon listens in another network namespace, whose addresses this one does not know. There,
 * root's rules refuse the marked packets that are for the host itself.
 */
export function hostRules(
  { firewallTable, bridge, bridgeHardwareAddress }: Place,
  port: number | undefined,
  groups: readonly number[],
  isOutside: boolean = isInside(),
): string {
  const chains = [
    ...(port === undefined
      ? []
      : [
          `chain input {
    type filter hook input priority filter; policy accept;
    iifname "${bridge}*" tcp dport ${port} reject with tcp reset
  }`,
          ...(isOutside
            ? [
                `chain outside {
    type filter hook forward priority filter; policy accept;
    iifname "${bridge}*" tcp dport ${port} ip dscp set ${closedPortDscp}
  }`,
              ]
            : []),
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
