import { MccError, messageOf } from "../../../protocol/error";
import { because, explained } from "../../support/because";
import { isFileSystemFault } from "../../support/files/file-system-fault";
import type { KeyChange } from "../keys";
import type { InstanceCatalog } from "./catalog";
import type { InstanceContext } from "./context";
import { keptKeysFile } from "./files";
import type { ManagedInstance } from "./instance";

/**
 * Writes the keys anew of every instance that carries the key.
 *
 * @throws MccError `engine`, or `exhausted` where there is no room, that names the instances which it did not reach.
 */
export async function rewriteCarriers(
  context: InstanceContext,
  catalog: InstanceCatalog,
  change: KeyChange,
): Promise<void> {
  const carriers = catalog.all().filter((instance) => instance.record.keys.includes(change.keyName));
  const results = await Promise.allSettled(
    carriers.map((instance) =>
      instance.inTurn(async () => {
        if (catalog.has(instance)) {
          await rewrite(context, instance, change);
        }
      }),
    ),
  );
  const missed = carriers.flatMap((instance, index) => {
    const result = results[index];
    return result?.status === "rejected" ? [{ title: instance.title, reason: result.reason as unknown }] : [];
  });
  const [first] = missed;
  if (first !== undefined) {
    const reasons = missed
      .map(({ title, reason }) => `${title}: ${withoutStop(messageOf(explained(reason)))}`)
      .join("; ");
    const message = `The key "${change.keyName}" did not reach instance ${reasons}. Try again.`;
    throw isFileSystemFault(first.reason)
      ? because(first.reason, message)
      : new MccError("engine", message, { cause: first.reason });
  }
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

/** A lost container has no keys, one on its way out soon has none, and one that failed may not be there. */
async function rewrite(
  { driver, records, keys, limits }: InstanceContext,
  instance: ManagedInstance,
  { keyName, removed }: KeyChange,
): Promise<void> {
  if ((instance.record.phase !== "created" && !instance.runsCommands) || instance.lost) {
    return;
  }
  const left = instance.record.keys.filter((name) => !removed || name !== keyName);
  const file = keptKeysFile(keys, { ...instance.record, keys: left });
  await limits.change(() => driver.writeFiles(instance.id, [file]));
  if (removed) {
    await instance.amend(records, (record) => ({ ...record, keys: left }));
  }
}
