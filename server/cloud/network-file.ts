import { join } from "node:path";
import { z } from "zod";
import { MccError } from "../../protocol/error";
import type { Network } from "../driver/driver";
import type { InstanceRecord } from "./instance-record";
import { readJsonFile, writeJsonFile } from "./json-file";
import { tolerate } from "./tolerate";

const fileSchema = z.strictObject({ address: z.string(), prefixLength: z.int(), gateway: z.string() });

/**
 * Keeps the network under the instances theirs: they have their addresses, and their way out, for life.
 *
 * @throws MccError `conflict` when there are instances and the network is to be another one.
 */
export async function keepNetwork(
  stateFolder: string,
  { address, prefixLength, gateway }: Network,
  records: readonly InstanceRecord[],
): Promise<void> {
  const path = join(stateFolder, "network.json");
  const before = await tolerate(["ENOENT"], readJsonFile(path, fileSchema));
  const now = { address, prefixLength, gateway };
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

function describe({ address, prefixLength, gateway }: z.output<typeof fileSchema>): string {
  return `${address}/${prefixLength} (gateway ${gateway})`;
}
