import { randomBytes } from "node:crypto";
import { MccError } from "../../../protocol/error";
import type { Adoption } from "../../../protocol/methods/values/claim";
import { accountOf } from "../access/account";
import type { Caller } from "../access/caller";
import { isOf } from "../access/rights";
import { adopted, type Claim, ownerOf } from "../ownership/claim";
import type { InstanceContext } from "./context";
import type { Instance } from "./instance";

/**
 * Returns the changes in the record of an instance that a resource adopts; call it in the instance's turn. An adoption
 * that an earlier attempt left unrecorded is recovered.
 *
 * @throws MccError `conflict` for an instance of another resource, of a fleet, with a lease or of another account.
 */
export async function adoptionOf(
  { claims }: Pick<InstanceContext, "claims">,
  caller: Caller,
  instance: Instance,
  asked: Adoption,
): Promise<Claim & { uid?: string }> {
  const { record, title } = instance;
  const holder =
    record.fleet === undefined ? record.lease && "a test's lease" : `the fleet "${record.fleet.name}"`;
  if (holder !== undefined) {
    throw new MccError("conflict", `Instance ${title} cannot be adopted: it belongs to ${holder}.`);
  }
  if (!isOf(caller, record)) {
    throw new MccError(
      "conflict",
      `Instance ${title} cannot be adopted with the token "${caller.account}": it belongs to the account "${accountOf(record)}". Use a token of that name.`,
    );
  }
  if (record.clientToken === asked.clientToken) {
    await claims.takeUp(
      asked,
      () => instance,
      () => instance.save(),
    );
    return {};
  }
  const owner = ownerOf(record, record.labels);
  if (owner !== undefined && record.owner?.retainOnDelete !== true) {
    throw new MccError(
      "conflict",
      `Instance ${title} cannot be adopted: it belongs to ${owner}. If no stack has it any more, remove the owner first: mcc update-instance ${record.id} --release.`,
    );
  }
  return { uid: randomBytes(16).toString("hex"), ...adopted(record, asked) };
}
