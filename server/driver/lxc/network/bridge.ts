import ipaddr from "ipaddr.js";
import { z } from "zod";
import { MccError } from "../../../../protocol/error";
import type { Network } from "../../driver";
import { commands } from "../commands/command";
import type { Engine } from "../engine";
import type { Place } from "../place";
import { ignoreRouters } from "./router-advertisements";
import { bridgeMtu } from "./uplink";

const linksSchema = z.array(
  z.object({
    ifname: z.string(),
    addr_info: z.array(z.object({ family: z.string(), local: z.string(), prefixlen: z.int() })),
  }),
);
const routesSchema = z.array(z.object({ dst: z.string(), dev: z.string().optional() }));

/** A network that this host reaches. */
interface Neighbour {
  readonly range: string;
  readonly device: string;
}

/** A route with a shorter prefix leads to other networks, and is not a network of this host. */
const widestPrefixLength = 8;

/**
 * Creates the first bridge of the containers, with the host's address and the uplink's MTU. Repeatable, also after other
 * programs changed it.
 *
 * @throws MccError `conflict` if the host reaches some of the network's addresses through another interface.
 */
export async function openBridge({ place, network, runner }: Engine): Promise<void> {
  const links = linksSchema.parse(JSON.parse(await runner.run(commands.addresses())));
  const routes = routesSchema.parse(JSON.parse(await runner.run(commands.routes())));
  const ranges = links.flatMap(({ ifname, addr_info }) =>
    addr_info
      .filter(({ family }) => family === "inet")
      .map(({ local, prefixlen }) => ({ range: `${local}/${prefixlen}`, device: ifname })),
  );
  refuseIpv6Overlap(place, network, links);
  refuseOverlap(place, network, [
    ...ranges,
    ...routes.flatMap(({ dst, dev }) =>
      dev === undefined || dst === "default" ? [] : { range: dst, device: dev },
    ),
  ]);

  const wanted = `${network.gateway}/${network.prefixLength}`;
  const ours = ranges.filter(({ device }) => device === place.bridge).map(({ range }) => range);
  if (!links.some(({ ifname }) => ifname === place.bridge)) {
    await runner.run(commands.addBridge(place));
  }
  if (!ours.includes(wanted)) {
    await runner.run(commands.flushAddresses(place));
    await runner.run(commands.addAddress(place, wanted));
  }
  if (network.ipv6 !== undefined) {
    await runner.run(commands.addIpv6Address(place, network.ipv6));
  }
  await ignoreRouters(place.bridge);
  await runner.run(commands.raiseBridge(place.bridge, await bridgeMtu(place)));
  await runner.run(commands.routeToBridge(place, network));
}

function refuseOverlap(place: Place, network: Network, neighbours: readonly Neighbour[]): void {
  const ours = `${network.address}/${network.prefixLength}`;
  const other = neighbours.find(
    ({ range, device }) => device !== place.bridge && overlaps(parse(ours), parse(range)),
  );
  if (other !== undefined) {
    throw new MccError(
      "conflict",
      `The network ${ours} of the address range overlaps ${other.range}, which this host reaches through ${other.device}; give mccserver another range (-r).`,
    );
  }
}

function refuseIpv6Overlap({ bridge }: Place, { ipv6 }: Network, links: z.infer<typeof linksSchema>): void {
  if (ipv6 === undefined) {
    return;
  }
  const ours = `${ipv6.address}/${ipv6.prefixLength}`;
  for (const { ifname, addr_info } of links.filter((link) => link.ifname !== bridge)) {
    for (const { local, prefixlen } of addr_info.filter(({ family }) => family === "inet6")) {
      if (
        ipaddr.IPv6.parse(local).match(
          ipaddr.IPv6.parse(ipv6.address),
          Math.min(prefixlen, ipv6.prefixLength),
        )
      ) {
        throw new MccError(
          "conflict",
          `The IPv6 range ${ours} overlaps ${local}/${prefixlen}, which this host has on ${ifname}; give mccserver another range (--range6).`,
        );
      }
    }
  }
}

function parse(range: string): [ipaddr.IPv4, number] {
  return ipaddr.IPv4.parseCIDR(range.includes("/") ? range : `${range}/32`);
}

function overlaps(
  [address, bits]: [ipaddr.IPv4, number],
  [other, otherBits]: [ipaddr.IPv4, number],
): boolean {
  return otherBits >= widestPrefixLength && address.match(other, Math.min(bits, otherBits));
}
