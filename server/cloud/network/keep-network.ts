import { join } from "node:path";
import * as ipaddr from "ipaddr.js";
import { z } from "zod";
import { MccError } from "../../../protocol/error";
import type { Network } from "../../driver/driver";
import { writeJsonFile } from "../../support/files/json-file";
import type { DamagedFiles } from "../state/damaged-files";

const fileSchema = z.strictObject({
  address: z.ipv4(),
  prefixLength: z.int().min(0).max(32),
  gateway: z.ipv4(),
});
type KeptNetwork = z.output<typeof fileSchema>;
/** The address of an instance whose record was lost, and which the engine does not know. */
const unknownAddress = "0.0.0.0";

/**
 * Keeps the network of existing instances, because they keep their addresses and their gateway.
 *
 * If the file was lost, or names a network in which no instance is, the range given now decides, provided that all instances
 * fit into it.
 *
 * @throws MccError `conflict` when there are instances and the range makes another network.
 */
export async function keepNetwork(
  stateFolder: string,
  { address, prefixLength, gateway }: Network,
  records: readonly { readonly ipAddress: string }[],
  damaged: DamagedFiles,
): Promise<void> {
  const path = join(stateFolder, "network.json");
  const now = { address, prefixLength, gateway };
  const addresses = records.map(({ ipAddress }) => ipAddress).filter((each) => each !== unknownAddress);
  const check = (kept: KeptNetwork): string | undefined =>
    addresses.length > 0 &&
    !addresses.some((each) => holds(kept, each)) &&
    addresses.every((each) => holds(now, each))
      ? `it names the network ${describe(kept)}, in which there is no instance`
      : undefined;
  const before = await damaged.read(path, fileSchema, { check });
  const outside = addresses.filter((each) => !holds(now, each));
  if (before === undefined && outside.length > 0) {
    throw new MccError(
      "conflict",
      `${outside.length} instances, such as the one with the address ${outside[0]}, do not fit into the network ${describe(now)} of the range given with -r, and the file with their network, ${path}, is missing or damaged; start mccserver with the range that it had, or remove everything with --purge.`,
    );
  }
  if (before !== undefined && describe(before) === describe(now)) {
    return;
  }
  if (before !== undefined && records.length > 0) {
    throw new MccError(
      "conflict",
      `${records.length} instances have addresses in the network ${describe(before)}, and the range given with -r makes it ${describe(now)}; start mccserver with the range that it had, or remove everything with --purge.`,
    );
  }
  await writeJsonFile(path, now);
}

function describe({ address, prefixLength, gateway }: KeptNetwork): string {
  return `${address}/${prefixLength} (gateway ${gateway})`;
}

/** Returns whether an instance can have the address in the network. */
function holds({ address, prefixLength, gateway }: KeptNetwork, instance: string): boolean {
  return instance !== gateway && ipaddr.IPv4.parse(instance).match(ipaddr.IPv4.parse(address), prefixLength);
}
