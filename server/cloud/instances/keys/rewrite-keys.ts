import { MccError, messageOf } from "../../../../protocol/error";
import { because, explained } from "../../../support/because";
import { isFileSystemFault } from "../../../support/files/file-system-fault";
import type { KeyChange } from "../../keys";
import type { InstanceCatalog } from "../catalog";
import type { InstanceContext } from "../context";
import type { Instance } from "../instance";
import { changeOfKeys } from "./authorized-keys";

/**
 * Writes the keys again into every instance that has the key.
 *
 * @throws MccError `engine`, or `exhausted` where there is no room, that names the instances which it could not write to.
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

/** A lost container has no keys, one that is being destroyed soon has none, and one that failed may not exist. */
async function rewrite(
  { driver, choices: { keys } }: InstanceContext,
  instance: Instance,
  { keyName, removed, former }: KeyChange,
): Promise<void> {
  if ((instance.record.phase !== "created" && !instance.runsCommands) || instance.isLost) {
    return;
  }
  const { keys: names, publicKeys } = instance.record;
  const left = names.filter((name) => !removed || name !== keyName);
  const { after } = await changeOfKeys(
    driver,
    instance.id,
    [...keys.keptPublicKeys(left), ...publicKeys],
    [...keys.keptPublicKeys(names), ...publicKeys, ...former],
  );
  await driver.writeFiles(instance.id, [after]);
  if (removed) {
    await instance.save((record) => ({ ...record, keys: left }));
  }
}
