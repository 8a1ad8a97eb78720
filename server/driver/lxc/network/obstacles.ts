import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../../../protocol/errno";
import type { Engine } from "../engine";
import type { Fault } from "./fault";
import { type Packet, verdictOf } from "./firewall-verdict";
import type { Ruleset } from "./ruleset";
import { uplink } from "./uplink";

/** By these, the kernel passes what instances send each other through the firewall's chains for IP. */
const filtersBridges = { ip: "bridge-nf-call-iptables", ip6: "bridge-nf-call-ip6tables" };

/** What of the instances' traffic a chain of others can drop. */
interface Obstacle {
  readonly hook: string;
  readonly families: readonly string[];
  readonly packet: Packet;
  /** @returns what is wrong, and the rules or commands that let the packets through. */
  readonly describe: (chain: string) => Fault;
}

/**
 * Lists the chains of others that drop what instances send. A packet that one chain accepts can still be dropped in
 * another one, so no rule of the daemon's could let it through.
 */
export async function obstacles(engine: Engine, ruleset: Ruleset): Promise<Fault[]> {
  const { firewallTable } = engine.place;
  const rows = await obstacleRows(engine);
  return ruleset.chains
    .filter((chain) => chain.table !== firewallTable)
    .flatMap((chain) =>
      rows
        .filter(({ hook, families }) => chain.hook === hook && families.includes(chain.family))
        .filter(({ packet }) => verdictOf(ruleset, chain, packet) === "drop")
        .map(({ describe }) => describe(`${chain.family} ${chain.table} ${chain.name}`)),
    );
}

async function obstacleRows({ place, network }: Engine): Promise<Obstacle[]> {
  const { bridge, vethPrefix } = place;
  const source = `${network.address}/${network.prefixLength}`;
  const isOn = async (setting: string): Promise<boolean> =>
    (await unlessErrno(readFile(`/proc/sys/net/bridge/${setting}`, "utf8"), "ENOENT"))?.trim() === "1";
  const ip = ["ip", "inet", ...(network.ipv6 === undefined ? [] : ["ip6"])];
  const betweenInstances = [
    { setting: filtersBridges.ip, families: ["ip", "inet"] },
    { setting: filtersBridges.ip6, families: ["ip6"] },
  ];
  const filtered = await Promise.all(
    betweenInstances.map(async (row) => ((await isOn(row.setting)) ? [row] : [])),
  );
  return [
    ...(network.nat
      ? [
          {
            hook: "forward",
            families: ip,
            packet: { iifname: bridge, oifname: await uplink(place), source },
            describe: (chain: string) => ({
              what: `the firewall's chain ${chain} drops packets that instances send to other networks`,
              remedy: `accept them: nft insert rule ${chain} iifname ${bridge} accept, and nft insert rule ${chain} oifname ${bridge} ct state established,related accept`,
            }),
          },
        ]
      : []),
    ...filtered.flat().map(({ setting, families }) => ({
      hook: "forward",
      families,
      packet: { iifname: bridge, oifname: bridge, source },
      describe: (chain: string) => ({
        what: `the firewall's chain ${chain} drops packets between instances, because the kernel passes bridged packets through it (net.bridge.${setting} is 1)`,
        remedy: `accept them: nft insert rule ${chain} iifname ${bridge} oifname ${bridge} accept; or set sysctl -w net.bridge.${setting}=0, if no other bridge needs it`,
      }),
    })),
    {
      hook: "input",
      families: ip,
      packet: { iifname: bridge, source },
      describe: (chain) => ({
        what: `the firewall's chain ${chain} drops packets that instances send to this host`,
        remedy: `if instances need this host, accept them: nft insert rule ${chain} iifname ${bridge} accept`,
      }),
    },
    {
      hook: "forward",
      families: ["bridge"],
      packet: { iifname: `${vethPrefix}1`, oifname: `${vethPrefix}2`, source },
      describe: (chain) => ({
        what: `the firewall's chain ${chain} drops packets between instances`,
        remedy: `accept them: nft insert rule ${chain} iifname "${vethPrefix}*" accept`,
      }),
    },
    {
      hook: "input",
      families: ["bridge"],
      packet: { iifname: `${vethPrefix}1`, source },
      describe: (chain) => ({
        what: `the firewall's chain ${chain} drops packets that instances send to this host`,
        remedy: `accept them: nft insert rule ${chain} iifname "${vethPrefix}*" accept`,
      }),
    },
  ];
}
