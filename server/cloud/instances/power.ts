import { messageOf } from "../../../protocol/error";
import type { InstanceContext } from "./context";
import type { Instance } from "./instance";
import type { InstanceRecord } from "./records/record";
import { waitUntilReady } from "./wait-until-ready";

/** For starts by `instance.start`: the default of `instance.create`. */
const readyTimeoutMs = 120_000;

/**
 * Starts a created instance and waits until it is ready; call it in the instance's turn. Running already is success. A
 * failed start is shown until the next start succeeds, also by the next daemon.
 */
export async function startInstance(context: InstanceContext, instance: Instance): Promise<void> {
  instance.abort.signal.throwIfAborted();
  const wasRunning = instance.running;
  await want(instance, "running");
  // A container that was taken over has the name servers that its owner chose.
  const { nameServers } = context.network;
  const nameservers = instance.record.before === undefined ? await nameServers.current() : undefined;
  try {
    await context.driver.start(instance.id, nameservers);
  } catch (error) {
    if (!instance.abort.signal.aborted) {
      await instance.keepStartFailure(messageOf(error));
      context.events.tell("failed", instance.record, { text: messageOf(error), quotes: true });
    }
    throw error;
  }
  instance.markRunning();
  await instance.keepStartFailure(undefined);
  await waitUntilReady(context, instance, readyTimeoutMs);
  if (!wasRunning) {
    context.events.tell("ready", instance.record);
  }
}

/** Stops an instance; call it in the instance's turn. The grace ends early when the instance is destroyed. */
export async function stopInstance(
  context: InstanceContext,
  instance: Instance,
  graceSeconds: number,
): Promise<void> {
  const { driver, events, log } = context;
  const wasRunning = instance.running;
  const { signal } = instance.abort;
  await want(instance, "stopped");
  const force = (): void => {
    driver.stop(instance.id, 0).catch((error: unknown) => {
      log.warn({ instance: instance.id, err: error }, "could not be stopped by force");
    });
  };
  signal.addEventListener("abort", force, { once: true });
  try {
    await driver.stop(instance.id, signal.aborted ? 0 : graceSeconds * 1000);
  } finally {
    signal.removeEventListener("abort", force);
  }
  instance.markStopped();
  if (wasRunning) {
    events.tell("stopped", instance.record);
  }
}

/** Tells that a container went down, if nobody asked for that. */
export function noteDown({ events }: InstanceContext, instance: Instance): void {
  const { record, outOfMemory, isLeaving } = instance;
  if (record.phase === "created" && record.wanted === "running" && !isLeaving) {
    const text = outOfMemory ?? "Its first process ended: it was shut down from inside, or killed.";
    events.tell("died", record, { text, quotes: false });
  }
}

/** Starts instances again that ran before the host went down; resolves when each is up, or could not be started. */
export async function startAgain(context: InstanceContext, instances: readonly Instance[]): Promise<void> {
  await Promise.all(
    instances.map(async (instance) => {
      try {
        await instance.inTurn(() => startInstance(context, instance));
      } catch (error) {
        context.log.error({ instance: instance.id, err: error }, "could not be started again");
      }
    }),
  );
}

/** It matters only after a reboot, so a full file system does not prevent a start or a stop. */
async function want(instance: Instance, wanted: InstanceRecord["wanted"]): Promise<void> {
  if (instance.record.wanted !== wanted) {
    await instance.saveAnyway((record) => ({ ...record, wanted }));
  }
}
