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
/** Of an instance whose record was lost, and whose engine does not know it. */
const unknownAddress = "0.0.0.0";

/**
 * Keeps the network under the instances theirs: they have their addresses, and their way out, for life.
 *
 * Where the file was lost, or says a network in which none of them is, the range given now decides, as long as they
 * all have their places in it.
 *
 * @throws MccError `conflict` when there are instances and the network is to be another one.
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
      ? `it says the network ${describe(kept)}, in which there is no instance`
      : undefined;
  const before = await damaged.read(path, fileSchema, { check });
  const outside = addresses.filter((each) => !holds(now, each));
  if (before === undefined && outside.length > 0) {
    throw new MccError(
      "conflict",
      `${outside.length} instances, such as the one with the address ${outside[0]}, have no place in the network ${describe(now)} of the range given with -r, and the file that said theirs, ${path}, is missing or damaged; start mccserver with the range that it had, or remove everything with --purge.`,
    );
  }
  if (before !== undefined && describe(before) === describe(now)) {
    return;
  }
  if (before !== undefined && records.length > 0) {
    throw new MccError(
      "conflict",
      `${records.length} instances live in the network ${describe(before)}, and the range given with -r makes it ${describe(now)}; start mccserver with the range that it had, or remove everything with --purge.`,
    );
  }
  await writeJsonFile(path, now);
}

function describe({ address, prefixLength, gateway }: KeptNetwork): string {
  return `${address}/${prefixLength} (gateway ${gateway})`;
}

/** Whether an instance can have the address there. */
function holds({ address, prefixLength, gateway }: KeptNetwork, instance: string): boolean {
  return instance !== gateway && ipaddr.IPv4.parse(instance).match(ipaddr.IPv4.parse(address), prefixLength);
}
