import { MccError, messageOf } from "../../../protocol/error";
import type { ParsedParameters } from "../../../protocol/methods/method-table";
import type { ContainerSpec } from "../../driver/driver";
import { because } from "../../support/because";
import type { InstanceContext } from "./context";
import { authorizedKeysFile, hostKeyFiles } from "./files";
import type { HostKey } from "./host-key";
import type { ManagedInstance } from "./instance";
import { Undo } from "./undo";
import { userDataFile } from "./user-data/user-data";
import { waitUntilReady } from "./wait-until-ready";

/** A creation that failed, and what became of the instance. */
class CreationFailure {
  constructor(
    readonly error: MccError,
    /** `stuck`: what is left of it could not be undone yet. */
    readonly outcome: "undone" | "kept" | "stuck",
  ) {}
}

/** What of a creation is not in the record. */
type CreationParameters = Pick<
  ParsedParameters<"instance.create">,
  "userData" | "readyTimeoutSeconds" | "keepOnFailure"
>;

/**
 * Makes the container of an instance whose intent is recorded, and waits until it is ready.
 *
 * @returns what went wrong, after everything was undone, could not be, or was kept; nothing when all went well.
 */
export async function createInstance(
  context: InstanceContext,
  instance: ManagedInstance,
  hostKey: HostKey,
  { userData, readyTimeoutSeconds, keepOnFailure }: CreationParameters,
): Promise<CreationFailure | undefined> {
  const { driver, records, limits } = context;
  const { id } = instance;
  const undo = new Undo();
  let step = "record";
  const enter = (name: string): void => {
    instance.abort.signal.throwIfAborted();
    step = name;
  };
  undo.add("removing the record", () => instance.forget(records));
  try {
    await limits.change(async () => {
      enter("create");
      // Before the step: one that fails may leave parts.
      undo.add("destroying the container", () => limits.change(() => driver.destroy(id)));
      await context.hostNames?.settled(instance.record);
      const { hasSshServer } = await driver.create(containerSpec(context, instance, hostKey, userData));
      const { waitFor = [hasSshServer ? ("ssh" as const) : ("running" as const)] } = instance.record;
      instance.record = { ...instance.record, waitFor };
      instance.markMade();
      enter("start");
      await driver.start(id);
      instance.running = true;
    });
    enter("ready");
    await waitUntilReady(context, instance, readyTimeoutSeconds * 1000, userData);
    enter("record");
    await instance.amend(records, (record) => ({ ...record, phase: "created" }));
    return undefined;
  } catch (reason) {
    const error = failureOf(reason, instance, step);
    // Who destroys it meanwhile, or stops the daemon, does not want a look.
    return keepOnFailure && !instance.abort.signal.aborted
      ? await keepForLook(context, instance, error, undo)
      : await undoCreation(undo, error, instance);
  }
}

function containerSpec(
  context: InstanceContext,
  instance: ManagedInstance,
  hostKey: HostKey,
  userData: string | undefined,
): ContainerSpec {
  const { id, uid, name, image, hostname, ipAddress, type } = instance.record;
  return {
    ...{ id, uid, name, image, hostname, ipAddress },
    nameservers: context.nameservers,
    hostsFolder: context.hostNames?.folder(instance.record),
    type: context.types.get(type),
    files: [
      ...hostKeyFiles(hostKey),
      authorizedKeysFile(context.keys, instance.record),
      ...(userData === undefined ? [] : [userDataFile(userData)]),
    ],
  };
}

async function keepForLook(
  { records }: InstanceContext,
  instance: ManagedInstance,
  error: MccError,
  undo: Undo,
): Promise<CreationFailure> {
  const kept = because(
    error,
    `${error.message} It is kept for a look; destroy it when you have seen enough (instance.destroy, mcc destroy-instance ${instance.id}).`,
  );
  try {
    await instance.amend(records, (record) => ({ ...record, phase: "failed", failure: kept.message }));
  } catch (writeError) {
    const unkept = because(error, `${error.message} It could not be kept: ${messageOf(writeError)}.`);
    return await undoCreation(undo, unkept, instance);
  }
  instance.failure = kept.message;
  return new CreationFailure(kept, "kept");
}

async function undoCreation(
  undo: Undo,
  error: MccError,
  instance: ManagedInstance,
): Promise<CreationFailure> {
  try {
    await undo.run();
    return new CreationFailure(
      because(error, `${error.message} Everything done before was undone.`),
      "undone",
    );
  } catch (undoError) {
    instance.failure = `${error.message} Undoing it failed too, and is tried again: ${messageOf(undoError)}`;
    return new CreationFailure(because(error, instance.failure), "stuck");
  }
}

function failureOf(error: unknown, instance: ManagedInstance, step: string): MccError {
  if (instance.abort.signal.aborted && MccError.isInstance(instance.abort.signal.reason)) {
    return instance.abort.signal.reason;
  }
  return because(
    error,
    `Instance ${instance.title} was not made: the step "${step}" failed: ${messageOf(error)}`,
  );
}
