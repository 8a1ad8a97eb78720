import type { InstanceContext } from "./context";
import type { ManagedInstance } from "./instance";
import type { InstanceRecord } from "./record";
import { waitUntilReady } from "./wait-until-ready";

/** After a start by hand: the same time as `instance.create` has by default. */
const readyTimeoutMs = 120_000;

/** Starts an instance that is made and waits until it is ready; in its turn. Running already is success. */
export async function startInstance(context: InstanceContext, instance: ManagedInstance): Promise<void> {
  const { driver, limits } = context;
  instance.abort.signal.throwIfAborted();
  await want(context, instance, "running");
  await limits.change(() => driver.start(instance.id));
  instance.running = true;
  await waitUntilReady(context, instance, readyTimeoutMs);
}

/** Stops an instance, in its turn; the grace ends early when the instance is to be destroyed. */
export async function stopInstance(
  context: InstanceContext,
  instance: ManagedInstance,
  graceSeconds: number,
): Promise<void> {
  const { driver, limits, log } = context;
  const { signal } = instance.abort;
  await want(context, instance, "stopped");
  const force = (): void => {
    driver.stop(instance.id, 0).catch((error: unknown) => {
      log.warn({ instance: instance.id, err: error }, "could not be stopped by force");
    });
  };
  signal.addEventListener("abort", force, { once: true });
  try {
    await limits.stop(() => driver.stop(instance.id, signal.aborted ? 0 : graceSeconds * 1000));
  } finally {
    signal.removeEventListener("abort", force);
  }
  instance.running = false;
}

/** Starts those again that ran before the host went down; resolves when each is up, or could not be started. */
export async function startAgain(
  context: InstanceContext,
  instances: readonly ManagedInstance[],
): Promise<void> {
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

/** Matters only after a reboot, so that a file system without room keeps nobody from starting or stopping. */
async function want(
  { records, lateWrites }: InstanceContext,
  instance: ManagedInstance,
  wanted: InstanceRecord["wanted"],
): Promise<void> {
  if (instance.record.wanted !== wanted) {
    await instance.amendAnyway(records, lateWrites, (record) => ({ ...record, wanted }));
  }
}
