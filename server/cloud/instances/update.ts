import { isDeepStrictEqual } from "node:util";
import { MccError, messageOf } from "../../../protocol/error";
import type { ParsedParameters } from "../../../protocol/methods/method-table";
import { because, explained } from "../../support/because";
import { accountOf } from "../access/account";
import type { Caller } from "../access/caller";
import type { Ttl } from "../lifetimes/lifetime";
import { released } from "../ownership/claim";
import { adoptionOf } from "./adopt";
import type { InstanceContext } from "./context";
import type { Instance } from "./instance";
import { changeOfKeys } from "./keys/authorized-keys";
import type { InstanceRecord } from "./records/record";
import { Undo } from "./undo";

/**
 * Restarts the TTL of an instance. Waits for no other work on the instance.
 *
 * @param ttlSeconds default: its present TTL.
 * @throws MccError `invalid` when it has none; `exhausted` for one that is too long; `conflict` for an instance that can only be destroyed.
 */
export async function extendInstance(
  { lifetimes, quotas, events }: InstanceContext,
  instance: Instance,
  ttlSeconds?: number,
): Promise<void> {
  const isKept = instance.record.phase === "failed";
  if (instance.status === "destroying" || (instance.status === "failed" && !isKept)) {
    throw onlyDestroyable(instance);
  }
  refuseMembersTtl(instance);
  const term = ttlSeconds === undefined ? instance.record.ttl : { seconds: ttlSeconds };
  if (term === undefined) {
    throw new MccError(
      "invalid",
      `Instance ${instance.title} has no TTL to extend; give it one (mcc extend --ttl TIME ${instance.id}).`,
    );
  }
  quotas.requireTtl(accountOf(instance.record), term.seconds);
  const ttl = lifetimes.reaper.grant(term);
  await instance.save((record) => {
    if (record.phase === "destroying") {
      throw onlyDestroyable(instance);
    }
    return { ...record, ttl };
  });
  events.tell("extended", instance.record);
}

/** Returns the error for work on an instance that is being destroyed, or has failed. */
export function onlyDestroyable({ title, status }: Instance): MccError {
  return new MccError("conflict", `Instance ${title} is ${status} and can only be destroyed.`);
}

/**
 * Changes an instance in place: all that is given, or nothing. Everything is checked before the first change.
 *
 * @throws MccError `not-found` for a type or a key, `conflict` for a name or an owner, `exhausted`, `engine`.
 */
export async function updateInstance(
  context: InstanceContext,
  caller: Caller,
  instance: Instance,
  changes: ParsedParameters<"instance.update">,
): Promise<void> {
  const { driver, reservations, quotas, choices, network } = context;
  const before = instance.record;
  if (before.fleet !== undefined && changes.name !== undefined && changes.name !== before.name) {
    throw new MccError(
      "conflict",
      `Instance ${instance.title} belongs to fleet "${before.fleet.name}", which names its members; for another name, create an instance outside of the fleet.`,
    );
  }
  if (changes.ttlSeconds !== undefined) {
    refuseMembersTtl(instance);
    quotas.requireTtl(accountOf(before), changes.ttlSeconds);
  }
  // A key that the instance has already may stay, also if an admin gave it.
  choices.keys.requireOpenTo(
    caller,
    (changes.keys ?? []).filter((key) => !before.keys.includes(key)),
  );
  const claim = changes.adopt && (await adoptionOf(context, caller, instance, changes.adopt));
  const changed = {
    name: changes.name ?? before.name,
    type: changes.type ?? before.type,
    keys: changes.keys ?? before.keys,
    labels: changes.labels ?? before.labels,
  };
  const after: InstanceRecord = { ...before, ...changed };
  const resize = after.type === before.type ? undefined : choices.types.get(after.type);
  const keyLines =
    changes.keys === undefined ? undefined : [...choices.keys.publicKeys(after.keys), ...after.publicKeys];
  if (resize !== undefined) {
    const growth = { gone: [before.name], types: [after.type], what: `the type "${after.type}"` };
    quotas.require(accountOf(before), growth);
  }
  if (after.name !== before.name) {
    reservations.reserveName(after.name, instance.id);
  }
  await instance.changingTo(after.type, async () => {
    const undo = new Undo();
    try {
      if (after.name !== before.name) {
        undo.add("giving the old name back", () => driver.rename(instance.id, before.name));
        await driver.rename(instance.id, after.name);
      }
      if (resize !== undefined) {
        undo.add("giving the old limits back", () =>
          driver.resize(instance.id, choices.types.get(before.type)),
        );
        await driver.resize(instance.id, resize);
      }
      if (keyLines !== undefined) {
        const former = [...choices.keys.keptPublicKeys(before.keys), ...before.publicKeys];
        const file = await changeOfKeys(driver, instance.id, keyLines, former);
        undo.add("giving the old keys back", () => driver.writeFiles(instance.id, [file.before]));
        await driver.writeFiles(instance.id, [file.after]);
      }
      // Not earlier, because it counts from the answer.
      const lives = newTtl(context, changes.ttlSeconds);
      await instance.save((record) => ({
        ...record,
        ...changed,
        ...lives,
        ...claim,
        ...(changes.release === true ? released({ ...record, ...claim }) : {}),
      }));
    } catch (error) {
      if (after.name !== before.name) {
        reservations.releaseName(after.name);
      }
      throw await undoUpdate(context, instance, undo, error);
    }
  });
  network.hostNames?.set(instance.record);
  if (after.name !== before.name) {
    reservations.releaseName(before.name);
  }
}

/** Undoes a failed update, later if necessary. @returns the error for the client, which says so. */
async function undoUpdate(
  { log, state }: InstanceContext,
  instance: Instance,
  undo: Undo,
  error: unknown,
): Promise<unknown> {
  const { name, type, keys } = instance.record;
  try {
    await undo.run();
    return error;
  } catch (undoError) {
    log.error({ instance: instance.id, err: undoError }, "a failed update could not be undone");
    state.lateWrites.later(`the state of instance ${instance.id} before an update`, undoError, () =>
      instance.inTurn(async () => {
        const now = instance.record;
        // A later update, or a destroy, has replaced it.
        const isSame = isDeepStrictEqual([now.name, now.type, now.keys], [name, type, keys]);
        if (isSame && !instance.isLeaving) {
          await undo.run();
        }
      }),
    );
    return because(
      error,
      `Instance ${instance.title} was not updated: ${messageOf(explained(error))} Undoing it failed too, and is tried again: ${messageOf(undoError)}`,
    );
  }
}

/** @throws MccError `conflict` for a member of a fleet. */
function refuseMembersTtl({ title, record }: Instance): void {
  if (record.fleet !== undefined) {
    throw new MccError(
      "conflict",
      `Instance ${title} belongs to fleet "${record.fleet.name}" and lives as long as that; extend the fleet's TTL (mcc extend ${record.fleet.name}).`,
    );
  }
}

/** @param seconds undefined: unchanged; 0: none. */
function newTtl(
  { lifetimes }: InstanceContext,
  seconds: number | undefined,
): { readonly ttl?: Ttl | undefined } {
  if (seconds === undefined) {
    return {};
  }
  return { ttl: seconds === 0 ? undefined : lifetimes.reaper.grant({ seconds }) };
}
