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
 * A chain with nothing in it, by which a daemon that switched forwarding on tells those that find it on: the last of
 * them to go switches it off.
 */
const wasOffChain = "minicloud-forwarding-was-off";

/** Sets the rules for our own cables and network, in tables of our own. Repeatable. */
export async function openFirewall(engine: Engine): Promise<void> {
  const { place, network, runner, log } = engine;
  try {
    await runner.run(commands.firewall(removal(place, "bridge") + chatterRules(place, network)));
  } catch (error) {
    log.warn(
      { err: error },
      `IPv6 and multicast chatter is not kept off the bridge, which slows large fleets: ${messageOf(error)}`,
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

/** Removes the tables, and switches forwarding off again where it was we who switched it on and nobody else needs it. */
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

/** Declared first, because deleting what is not there would fail. */
function removal({ firewallTable }: Place, family: "bridge" | "ip"): string {
  return `table ${family} ${firewallTable} {}\ndelete table ${family} ${firewallTable}\n`;
}

/**
 * What every container says by IPv6 and multicast, and its question for the gateway, the bridge repeats to all others:
 * a third of all processor time at 1,000 containers. Here it goes to the host alone, which makes nothing of the
 * former; by then the bridge has learnt where that container is, and need not try all of them for what is sent to it.
 * The addresses are those of Ethernet for IPv6 and for IPv4 multicast.
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

/** @returns whether it was off before this daemon, or another one that is still here, switched it on. */
async function keepWhetherForwardingWasOff({ place, runner, log }: Engine): Promise<boolean> {
  if (await isMarked(place)) {
    return true;
  }
  const wasOff = (await readFile(forwarding, "utf8")).trim() === "0" || (await hasChain(runner, wasOffChain));
  if (wasOff) {
    await writeFile(place.forwardingMark, "").catch((error: unknown) => {
      log.warn({ err: error }, "a purge will leave IPv4 forwarding on, as that it was off cannot be noted");
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
      `IPv4 forwarding stays on, as the firewall's chain ${other.name} needs it by now; to switch it off: sysctl -w net.ipv4.ip_forward=0`,
    );
  }
  await rm(place.forwardingMark);
}

/** A packet that one chain accepts may still be dropped in another, so no rule of ours would let it through. */
async function warnOfObstacles({ place, runner, log }: Engine): Promise<void> {
  const chains = await othersChains(place, runner);
  for (const { name } of chains.filter(
    ({ purpose, policy }) => purpose === "forwarding" && policy === "drop",
  )) {
    log.warn(
      { chain: name },
      `the firewall's chain ${name} drops what it does not know, so instances may not reach the world outside; let them through: ` +
        `nft insert rule ${name} iifname ${place.bridge} accept, and nft insert rule ${name} oifname ${place.bridge} ct state established,related accept`,
    );
  }
}
