import { MccError, messageOf } from "../../../../protocol/error";
import type { ParsedParameters } from "../../../../protocol/methods/method-table";
import type { ContainerFile, ContainerSpec } from "../../../driver/driver";
import { because } from "../../../support/because";
import type { InstanceContext } from "../context";
import { hostKeyFiles } from "../files";
import type { Instance } from "../instance";
import { authorizedKeysFile } from "../keys/authorized-keys";
import type { Failure, Outcome } from "../outcome";
import { Undo } from "../undo";
import { userDataFile } from "../user-data/user-data";
import { waitUntilReady } from "../wait-until-ready";
import type { PooledInstance } from "../warm/pooled-instance";
import type { HostKey } from "./host-key";
import { Steps } from "./steps";

/** The part of a creation that is not in the record. */
type CreationParameters = Pick<
  ParsedParameters<"instance.create">,
  "userData" | "readyTimeoutSeconds" | "keepOnFailure"
>;

/** Where the container of an instance comes from. */
export interface Source {
  readonly hostKey: HostKey;
  /** One that was started ahead, with the instance's id, address and host key. Default: a new container. */
  readonly pooled?: PooledInstance | undefined;
  /** Resolves when no other container has the instance's address any more. */
  readonly vacated: () => Promise<void>;
}

/**
 * Creates and starts the container of an instance whose intent is recorded, or claims one, and waits until it is ready. If
 * a step fails, undoes the steps before it in reverse order, or keeps the instance (`keepOnFailure`).
 *
 * @returns the outcome; never throws.
 */
export async function createInstance(
  context: InstanceContext,
  instance: Instance,
  { hostKey, pooled, vacated }: Source,
  { userData, readyTimeoutSeconds, keepOnFailure }: CreationParameters,
): Promise<Outcome> {
  const { id } = instance;
  const undo = new Undo();
  const steps = new Steps(id, "record", pooled === undefined ? "admit" : "claim");
  const enter: Steps["enter"] = (...names) => {
    instance.abort.signal.throwIfAborted();
    steps.enter(...names);
  };
  undo.add("removing the record", () => instance.forget());
  try {
    // Before the step, because a create that fails may leave parts.
    undo.add("destroying the container", () => context.driver.destroy(id));
    const isClaimed = pooled !== undefined && (await claim(context, instance, pooled, userData));
    if (!isClaimed) {
      enter("create", "wait");
      await vacated();
      await context.driver.inOneSlot(async (driver) => {
        enter("create");
        const spec = await containerSpec(context, instance, hostKey, userData);
        const { hasSshServer, member } = await driver.create(spec);
        const defaultRung = hasSshServer ? "ssh" : "running";
        instance.markMade(instance.record.waitFor ?? [defaultRung], member);
        enter("start");
        try {
          const started = driver.start(id);
          context.network.hostNames?.starting(instance.record);
          await started;
        } finally {
          // Not before: a start that writes files would overwrite the names, or wait for their write.
          context.network.hostNames?.made(instance.record);
        }
        instance.markRunning();
      });
    }
    enter("ready");
    const reached = isClaimed ? pooled.instance.record.waitFor : undefined;
    await waitUntilReady(context, instance, readyTimeoutSeconds * 1000, { userData, reached });
    enter("record");
    // The next daemon writes the names again, so they need no record.
    await Promise.all([
      context.network.hostNames?.settled(instance.record, isClaimed),
      instance.save((record) => ({ ...record, phase: "created" })),
    ]);
    steps.end();
    return { kind: "made" };
  } catch (reason) {
    const error = failureOf(reason, instance, steps.current);
    steps.end(error);
    // A client that destroys the instance in between, or an end of the daemon, wants no instance to inspect.
    return keepOnFailure && !instance.abort.signal.aborted
      ? await keep(instance, error, undo)
      : await undoCreation(undo, error);
  }
}

/**
 * Gives a container that runs already the properties of its instance. If that fails, destroys it.
 *
 * @returns whether the instance has it.
 * @throws the reason for which the creation was ended; the error of the destroy.
 */
async function claim(
  { driver, network, choices, events, log }: InstanceContext,
  instance: Instance,
  pooled: PooledInstance,
  userData: string | undefined,
): Promise<boolean> {
  const { id, name, hostname, networkGroup, type, fleet } = instance.record;
  try {
    if (fleet !== undefined) {
      // The fleet's file has the intent by now.
      await instance.leaveToFleet();
    }
    await driver.claims?.claim(id, {
      ...{ name, hostname, networkGroup },
      nameservers: await network.nameServers.current(),
      hosts: network.hostNames && (() => network.hostNames?.linesFor(instance.record) ?? []),
      type: choices.types.get(type),
      files: ownFiles(choices, instance, userData),
    });
  } catch (error) {
    instance.abort.signal.throwIfAborted();
    log.warn({ instance: id, err: error }, "a container that was started ahead could not be used");
    await driver.destroy(id);
    return false;
  }
  const { waitFor, member } = pooled.instance.record;
  instance.markMade(instance.record.waitFor ?? waitFor, member);
  network.hostNames?.made(instance.record);
  instance.markRunning();
  events.tell("claimed", instance.record);
  return true;
}

async function containerSpec(
  { network, choices }: InstanceContext,
  instance: Instance,
  hostKey: HostKey,
  userData: string | undefined,
): Promise<ContainerSpec> {
  const { id, uid, name, image, hostname, ipAddress, ipv6Address, type, networkGroup, placement } =
    instance.record;
  return {
    id,
    uid,
    name,
    image,
    hostname,
    ipAddress,
    ipv6Address,
    nameservers: await network.nameServers.current(),
    networkGroup,
    hosts: network.hostNames && (() => network.hostNames?.linesFor(instance.record) ?? []),
    type: choices.types.get(type),
    placement,
    files: [...hostKeyFiles(hostKey), ...ownFiles(choices, instance, userData)],
  };
}

/** Returns the files that depend on what the client asked for. */
function ownFiles(
  { keys }: InstanceContext["choices"],
  { record }: Instance,
  userData: string | undefined,
): ContainerFile[] {
  return [
    authorizedKeysFile([...keys.publicKeys(record.keys), ...record.publicKeys]),
    ...(userData === undefined ? [] : [userDataFile(userData)]),
  ];
}

/** Keeps a failed instance for inspection; undoes it if that cannot be recorded. */
async function keep(instance: Instance, reason: MccError, undo: Undo): Promise<Failure> {
  const error = because(
    reason,
    `${reason.message} The instance is kept for inspection; destroy it when you no longer need it (mcc destroy-instance ${instance.id}).`,
  );
  try {
    await instance.save((record) => ({ ...record, phase: "failed", failure: error.message }));
  } catch (writeError) {
    const unkept = because(reason, `${reason.message} It could not be kept: ${messageOf(writeError)}.`);
    return await undoCreation(undo, unkept);
  }
  return { kind: "kept", error };
}

async function undoCreation(undo: Undo, error: MccError): Promise<Failure> {
  try {
    await undo.run();
    return { kind: "undone", error: because(error, `${error.message} Everything done before was undone.`) };
  } catch (undoError) {
    const message = `${error.message} Undoing it failed too, and is tried again: ${messageOf(undoError)}`;
    return { kind: "stuck", error: because(error, message) };
  }
}

function failureOf(error: unknown, instance: Instance, step: string): MccError {
  if (instance.abort.signal.aborted && MccError.isInstance(instance.abort.signal.reason)) {
    return instance.abort.signal.reason;
  }
  return because(
    error,
    `Instance ${instance.title} was not created: the step "${step}" failed: ${messageOf(error)}`,
  );
}
