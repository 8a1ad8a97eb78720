import { execa } from "execa";
import * as ipaddr from "ipaddr.js";
import { z } from "zod";
import { MccError } from "../../protocol/error";

const routesSchema = z.array(z.object({ dst: z.string(), dev: z.string().optional() }));
/** A route with a shorter prefix leads to other networks, and is not a network of this host. */
const widestPrefixLength = 8;

/**
 * Refuses a network that this host reaches already: the route for the user would divert it.
 *
 * @param own the user's cable, whose routes do not count.
 * @throws MccError `conflict`
 */
export async function refuseNetworksOfHost(range: string, own: string): Promise<void> {
  const { stdout } = await execa("ip", ["-json", "-4", "route", "show", "table", "all"]);
  const taken = takenBy(range, routesSchema.parse(JSON.parse(stdout === "" ? "[]" : stdout)), own);
  if (taken !== undefined) {
    throw new MccError(
      "conflict",
      `The network ${range} overlaps ${taken.dst}, which this host reaches through ${taken.dev ?? "another route"}; give another one with -r.`,
    );
  }
}

/** Returns the first route of the host into the network, other than by the user's own cable. */
export function takenBy(
  range: string,
  routes: z.infer<typeof routesSchema>,
  own: string,
): z.infer<typeof routesSchema>[number] | undefined {
  return routes.find(({ dst, dev }) => {
    if (dst === "default" || dev === own) {
      return false;
    }
    const network = dst.includes("/") ? dst : `${dst}/32`;
    return Number(network.split("/")[1]) >= widestPrefixLength && overlaps(range, network);
  });
}

/** Returns whether two networks in CIDR notation have an address in common. */
export function overlaps(one: string, other: string): boolean {
  const [address, bits] = ipaddr.IPv4.parseCIDR(one);
  const [otherAddress, otherBits] = ipaddr.IPv4.parseCIDR(other);
  return address.match(otherAddress, Math.min(bits, otherBits));
}
