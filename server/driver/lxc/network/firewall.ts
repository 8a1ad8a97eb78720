import { access, readFile, rm, writeFile } from "node:fs/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { messageOf } from "../../../../protocol/error";
import type { Network } from "../../driver";
import { commands } from "../commands/command";
import type { Engine } from "../engine";
import type { Place } from "../place";
import { hasChain, othersChains } from "./host-rules";

const forwarding = "/proc/sys/net/ipv4/ip_forward";
/**
 * An empty chain. A daemon that switched forwarding on creates it, as a mark for daemons that find forwarding on: the
 * last of them switches it off.
 */
const wasOffChain = "minicloud-forwarding-was-off";

/** Sets the rules for this driver's cables and network, in its own tables. Repeatable. */
export async function openFirewall(engine: Engine): Promise<void> {
  const { place, network, runner, log } = engine;
  try {
    await runner.run(commands.firewall(removal(place, "bridge") + chatterRules(place, network)));
  } catch (error) {
    log.warn(
      { err: error },
      `IPv6 and multicast traffic on the bridge is not filtered, which slows large fleets: ${messageOf(error)}`,
    );
  }
  if (!network.nat) {
    await runner.run(commands.firewall(removal(place, "ip")));
    return;
  }
  const wasOff = await keepWhetherForwardingWasOff(engine);
  await runner.run(commands.firewall(removal(place, "ip") + translationRules(place, network, wasOff)));
  await writeFile(forwarding, "1");
  await warnOfObstacles(engine);
}

/** Removes the tables. Switches forwarding off if this driver switched it on and no other user needs it. */
export async function removeFirewall(engine: Engine): Promise<void> {
  const { place, runner, log } = engine;
  try {
    await runner.run(commands.firewall(removal(place, "bridge")));
  } catch (error) {
    log.warn({ err: error }, `the firewall table of the bridge was not removed: ${messageOf(error)}`);
  }
  await runner.run(commands.firewall(removal(place, "ip")));
  if (await isMarked(place)) {
    await switchForwardingOff(engine);
  }
}

/** Declares the table first, because deleting one that does not exist would fail. */
function removal({ firewallTable }: Place, family: "bridge" | "ip"): string {
  return `table ${family} ${firewallTable} {}\ndelete table ${family} ${firewallTable}\n`;
}

/**
 * The bridge repeats to all containers what one sends by IPv6 and multicast, and its ARP request for the gateway: a
 * third of all processor time at 1,000 containers. With these rules, only the host gets them, and ignores the IPv6 and
 * multicast packets. The bridge still learns the container's port, so that it need not send packets for it to all
 * ports. The masks match Ethernet's addresses for IPv6 and for IPv4 multicast.
 */
function chatterRules(
  { firewallTable, vethPrefix, bridgeHardwareAddress }: Place,
  { gateway }: Network,
): string {
  return `table bridge ${firewallTable} {
  chain prerouting {
    type filter hook prerouting priority -300; policy accept;
    iifname "${vethPrefix}*" ether daddr & ff:ff:00:00:00:00 == 33:33:00:00:00:00 ether daddr set ${bridgeHardwareAddress}
    iifname "${vethPrefix}*" ether daddr & ff:ff:ff:00:00:00 == 01:00:5e:00:00:00 ether daddr set ${bridgeHardwareAddress}
    iifname "${vethPrefix}*" ether type arp arp operation request arp daddr ip ${gateway} ether daddr set ${bridgeHardwareAddress}
  }
}
`;
}

function translationRules({ firewallTable }: Place, network: Network, wasOff: boolean): string {
  const range = `${network.address}/${network.prefixLength}`;
  return `table ip ${firewallTable} {
  ${wasOff ? `chain ${wasOffChain} {}` : ""}
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${range} ip daddr != ${range} masquerade
  }
}
`;
}

/** @returns whether forwarding was off before this daemon, or another one that still exists, switched it on. */
async function keepWhetherForwardingWasOff({ place, runner, log }: Engine): Promise<boolean> {
  if (await isMarked(place)) {
    return true;
  }
  const wasOff = (await readFile(forwarding, "utf8")).trim() === "0" || (await hasChain(runner, wasOffChain));
  if (wasOff) {
    await writeFile(place.forwardingMark, "").catch((error: unknown) => {
      log.warn(
        { err: error },
        "a purge will leave IPv4 forwarding on because its former state could not be stored",
      );
    });
  }
  return wasOff;
}

async function isMarked({ forwardingMark }: Place): Promise<boolean> {
  const there = access(forwardingMark).then(() => true);
  return (await unlessErrno(there, "ENOENT")) ?? false;
}

async function switchForwardingOff({ place, runner, log }: Engine): Promise<void> {
  const [other] = await othersChains(place, runner);
  if (other === undefined) {
    await writeFile(forwarding, "0");
  } else if (!(await hasChain(runner, wasOffChain))) {
    log.warn(
      { chain: other.name },
      `IPv4 forwarding stays on because the firewall's chain ${other.name} needs it; to switch it off: sysctl -w net.ipv4.ip_forward=0`,
    );
  }
  await rm(place.forwardingMark);
}

/** Another chain may drop a packet that one chain accepts, so no rule of this driver would let it through. */
async function warnOfObstacles({ place, runner, log }: Engine): Promise<void> {
  const chains = await othersChains(place, runner);
  for (const { name } of chains.filter(
    ({ purpose, policy }) => purpose === "forwarding" && policy === "drop",
  )) {
    log.warn(
      { chain: name },
      `the firewall's chain ${name} drops packets by default, so instances may not reach other networks; allow their packets: ` +
        `nft insert rule ${name} iifname ${place.bridge} accept, and nft insert rule ${name} oifname ${place.bridge} ct state established,related accept`,
    );
  }
}
