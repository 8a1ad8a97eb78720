import ipaddr from "ipaddr.js";
import { z } from "zod";
import { MccError } from "../../../../protocol/error";
import type { Network } from "../../driver";
import { commands } from "../commands/command";
import type { Engine } from "../engine";
import type { Place } from "../place";

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
 * Creates the first bridge of the containers, with the host's address. Repeatable.
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
  if (ours.length !== 1 || ours[0] !== wanted) {
    await runner.run(commands.flushAddresses(place));
    await runner.run(commands.addAddress(place, wanted));
  }
  await runner.run(commands.raise(place.bridge));
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

function parse(range: string): [ipaddr.IPv4, number] {
  return ipaddr.IPv4.parseCIDR(range.includes("/") ? range : `${range}/32`);
}

function overlaps(
  [address, bits]: [ipaddr.IPv4, number],
  [other, otherBits]: [ipaddr.IPv4, number],
): boolean {
  return otherBits >= widestPrefixLength && address.match(other, Math.min(bits, otherBits));
}
