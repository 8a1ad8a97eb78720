import { randomBytes } from "node:crypto";
import { MccError } from "../../../protocol/error";
import type { Adoption } from "../../../protocol/methods/claim";
import { adopted, type Claim, ownerOf } from "../ownership/claim";
import type { InstanceContext } from "./context";
import type { ManagedInstance } from "./instance";

/**
 * What changes in the record of an instance that becomes a resource's; in its turn. An adoption that an earlier
 * attempt left unrecorded is taken up.
 *
 * @throws MccError `conflict` for an instance that is another resource's, a fleet's or a lease's.
 */
export async function adoptionOf(
  { claims, records }: Pick<InstanceContext, "claims" | "records">,
  instance: ManagedInstance,
  asked: Adoption,
): Promise<Claim & { uid?: string }> {
  const { record, title } = instance;
  const holder =
    record.fleet === undefined ? record.lease && "a test's lease" : `the fleet "${record.fleet.name}"`;
  if (holder !== undefined) {
    throw new MccError("conflict", `Instance ${title} cannot be adopted: it belongs to ${holder}.`);
  }
  if (record.clientToken === asked.clientToken) {
    await claims.takeUp(
      asked,
      () => instance,
      () => instance.amend(records, (current) => current),
    );
    return {};
  }
  const owner = ownerOf(record, record.labels);
  if (owner !== undefined && record.owner?.retainOnDelete !== true) {
    throw new MccError(
      "conflict",
      `Instance ${title} cannot be adopted: it belongs to ${owner}. If no stack has it any more, take the owner away first: mcc update-instance ${record.id} --release.`,
    );
  }
  return { uid: randomBytes(16).toString("hex"), ...adopted(record, asked) };
}
