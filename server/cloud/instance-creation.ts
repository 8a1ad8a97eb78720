import { MccError, messageOf } from "../../protocol/error";
import type { ContainerSpec } from "../driver/driver";
import type { HostKey } from "./host-key";
import type { InstanceContext } from "./instance-context";
import { authorizedKeysFile, hostKeyFiles } from "./instance-files";
import type { ManagedInstance } from "./managed-instance";
import { waitForSshBanner } from "./ssh-banner";
import { Undo } from "./undo";

/** A creation that failed; `undone` tells whether anything of it is left. */
class CreationFailure {
  constructor(
    readonly error: MccError,
    readonly undone: boolean,
  ) {}
}

/**
 * Makes the container of an instance whose intent is recorded, and waits until it is ready.
 *
 * @returns what went wrong, after everything was undone or could not be; nothing when all went well.
 */
export async function createInstance(
  context: InstanceContext,
  instance: ManagedInstance,
  hostKey: HostKey,
  readyTimeoutMs: number,
): Promise<CreationFailure | undefined> {
  const { driver, records, limits } = context;
  const { id } = instance;
  const undo = new Undo();
  let step = "record";
  const enter = (name: string): void => {
    instance.abort.signal.throwIfAborted();
    step = name;
  };
  undo.add("removing the record", () => records.remove(id));
  try {
    await limits.change(async () => {
      enter("create");
      // Before the step: one that fails may leave parts.
      undo.add("destroying the container", () => limits.change(() => driver.destroy(id)));
      await context.hostNames?.settled(instance.record);
      await driver.create(containerSpec(context, instance, hostKey));
      instance.markMade();
      enter("start");
      await driver.start(id);
      instance.running = true;
    });
    enter("ready");
    await waitUntilReady(context, instance, readyTimeoutMs);
    enter("record");
    const record = { ...instance.record, phase: "created" as const };
    await records.write(record);
    instance.record = record;
    return undefined;
  } catch (error) {
    return await undoCreation(undo, failureOf(error, instance, step), instance);
  }
}

/** Waits as long as the instance's `waitFor` asks; instances in memory are ready at once. */
export async function waitUntilReady(
  context: InstanceContext,
  instance: ManagedInstance,
  timeoutMs: number,
): Promise<void> {
  if (instance.record.waitFor === "ssh" && !context.driver.capabilities.simulated) {
    await waitForSshBanner(instance.record.ipAddress, timeoutMs, instance.abort.signal);
  }
}

function containerSpec(context: InstanceContext, instance: ManagedInstance, hostKey: HostKey): ContainerSpec {
  const { id, uid, name, image, hostname, ipAddress, type } = instance.record;
  return {
    ...{ id, uid, name, image, hostname, ipAddress },
    nameservers: context.nameservers,
    hostsFolder: context.hostNames?.folder(instance.record),
    type: context.types.get(type),
    files: [...hostKeyFiles(hostKey), authorizedKeysFile(context.keys, instance.record)],
  };
}

async function undoCreation(
  undo: Undo,
  error: MccError,
  instance: ManagedInstance,
): Promise<CreationFailure> {
  try {
    await undo.run();
    return new CreationFailure(
      new MccError(error.code, `${error.message} Everything done before was undone.`, { cause: error }),
      true,
    );
  } catch (undoError) {
    instance.failure = `${error.message} Undoing it failed too, and is tried again: ${messageOf(undoError)}`;
    return new CreationFailure(new MccError(error.code, instance.failure, { cause: error }), false);
  }
}

function failureOf(error: unknown, instance: ManagedInstance, step: string): MccError {
  if (instance.abort.signal.aborted && MccError.isInstance(instance.abort.signal.reason)) {
    return instance.abort.signal.reason;
  }
  const code = MccError.isInstance(error) ? error.code : "internal";
  return new MccError(
    code,
    `Instance ${instance.title} was not made: the step "${step}" failed: ${messageOf(error)}`,
    { cause: error },
  );
}
