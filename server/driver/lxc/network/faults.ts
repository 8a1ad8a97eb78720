import { readFile } from "node:fs/promises";
import { z } from "zod";
import { commands } from "../commands/command";
import type { Engine } from "../engine";
import type { Fault } from "./fault";
import { forwardingsOf } from "./forwarding";
import { bridgeState } from "./link";
import { believesRouters } from "./router-advertisements";
import type { Ruleset } from "./ruleset";
import { uplinkMtu } from "./uplink";

const restart = "restart mccserver";
const answersSchema = z.array(
  z.object({
    addr_info: z.array(z.object({ local: z.string().optional() })).optional(),
    dst: z.string().optional(),
    dev: z.string().optional(),
    table: z.union([z.string(), z.number()]).optional(),
  }),
);
/** So many of the instances' addresses are tried for the way to them. */
const mostTried = 8;

/** Lists what others have changed of the daemon's own network. */
export async function faults(engine: Engine, ruleset: Ruleset): Promise<Fault[]> {
  return [
    ...(await bridgeFaults(engine)),
    ...(await routeFaults(engine)),
    ...(await forwardingFaults(engine)),
    ...engine.firewall.faults(ruleset),
  ];
}

async function bridgeFaults({ bridges, place }: Engine): Promise<Fault[]> {
  const wantedMtu = await uplinkMtu(place);
  const found = await Promise.all(
    bridges.names().map(async (bridge) => {
      const state = await bridgeState(bridge);
      if (state === undefined) {
        return [`the bridge ${bridge} is missing`];
      }
      return [
        ...(state.up ? [] : [`the bridge ${bridge} is down`]),
        ...(state.snooping ? [`multicast snooping is on at the bridge ${bridge}`] : []),
        ...(state.learnsLinkLocal
          ? [`the bridge ${bridge} learns from frames that pass no rule of the firewall`]
          : []),
        ...((await believesRouters(bridge))
          ? [`the host accepts router advertisements of instances at the bridge ${bridge}`]
          : []),
        ...(wantedMtu === undefined || wantedMtu === state.mtu
          ? []
          : [`the MTU of the bridge ${bridge} is ${state.mtu}, that of the uplink ${wantedMtu}`]),
      ];
    }),
  );
  return found.flat().map((what) => ({ what, remedy: restart }));
}

/** The host's address on the bridge, and its way to addresses of the network. */
async function routeFaults({ place, network, neighbours, runner }: Engine): Promise<Fault[]> {
  if ((await bridgeState(place.bridge)) === undefined) {
    return [];
  }
  const addresses = tried(neighbours.addresses(), network.gateway);
  const answers = (await runner.run(commands.lookAtRoutes(place, addresses)))
    .split("\n")
    .filter((line) => line.trim() !== "")
    .flatMap((line) => answersSchema.parse(JSON.parse(line)));
  const own = answers.flatMap(({ addr_info = [] }) => addr_info.map(({ local }) => local));
  const wanted = [network.gateway, ...(network.ipv6 === undefined ? [] : [network.ipv6.gateway])];
  const lost = wanted.find((address) => !own.includes(address));
  if (lost !== undefined) {
    return [{ what: `the bridge ${place.bridge} has lost its address ${lost}`, remedy: restart }];
  }
  const ways = answers.filter(({ dst }) => dst !== undefined);
  const other = ways.find(({ dev }) => dev !== place.bridge);
  const range = `${network.address}/${network.prefixLength}`;
  const remedy = `remove what diverts it (see ip rule, and ip route show table all), or give the network precedence: ip rule add to ${range} lookup main priority 10`;
  if (other !== undefined) {
    const { dst = "", dev = "no interface", table } = other;
    const by = table === undefined ? "" : ` by the routing table ${table}`;
    return [{ what: `the host reaches ${dst} through ${dev}${by}, not through ${place.bridge}`, remedy }];
  }
  return ways.length < addresses.length
    ? [{ what: `the host has no route to some addresses of the network ${range}`, remedy }]
    : [];
}

/** Some of them, from the first to the last; without any, the gateway's neighbour stands for all. */
function tried(addresses: readonly string[], gateway: string): string[] {
  const step = Math.max(1, Math.ceil(addresses.length / mostTried));
  const some = addresses.filter((address, index) => address !== gateway && index % step === 0);
  return [...new Set([...some, ...addresses.slice(-1)])];
}

async function forwardingFaults({ network }: Engine): Promise<Fault[]> {
  const found = await Promise.all(
    forwardingsOf(network).map(async ({ title, file, setting }) =>
      (await readFile(file, "utf8")).trim() === "1"
        ? []
        : [{ what: `${title} forwarding is off`, remedy: `sysctl -w ${setting}=1` }],
    ),
  );
  return found.flat();
}
