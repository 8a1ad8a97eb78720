import { MccError, messageOf } from "../../../protocol/error";
import { because } from "../../support/because";
import { Retries } from "../../support/concurrency/retries";
import type { InstanceCatalog } from "./catalog";
import type { InstanceContext } from "./context";
import type { ManagedInstance } from "./instance";

/** Sees instances off, from whatever state, and tries again what failed until it works. */
export class InstanceDestruction {
  readonly #context: InstanceContext;
  readonly #catalog: InstanceCatalog;
  readonly #retries = new Retries<ManagedInstance>(async (instance) => {
    await this.destroy(instance);
    this.#context.log.info({ instance: instance.id }, "what was left of the instance is gone");
  });

  constructor(context: InstanceContext, catalog: InstanceCatalog) {
    this.#context = context;
    this.#catalog = catalog;
  }

  /**
   * Resolves when the instance is gone: container, record and reservation. Those who ask while it is under
   * way wait for the same.
   *
   * @param why for whoever waits for its creation; left out, somebody asked for it.
   * The intent is recorded first where the file system takes it. Where it does not, the container goes all the same: a
   * daemon that is killed meanwhile leaves a record that says too much, and the next one lists the instance as failed, or
   * as stopped if parts of its container are left, and it can be destroyed again.
   *
   * @throws MccError `engine`, `timeout`, or `unavailable` where the record cannot be removed; it is then tried again
   * until it works.
   */
  async destroy(instance: ManagedInstance, why?: string): Promise<void> {
    instance.destruction ??= this.#run(instance, why).finally(() => {
      instance.destruction = undefined;
    });
    await instance.destruction;
  }

  /** Tries to destroy an instance, later and then again, until it is gone. */
  retry(instance: ManagedInstance): void {
    this.#retries.retry(instance);
  }

  /** Ends the tries; the records make the next daemon go on with them. */
  close(): void {
    this.#retries.close();
  }

  async #run(instance: ManagedInstance, why?: string): Promise<void> {
    const reason = `Instance ${instance.title} was destroyed meanwhile${why === undefined ? "" : `: ${why}`}.`;
    instance.abort.abort(new MccError("conflict", reason));
    await instance.inTurn(async () => {
      // A creation that was ended has undone itself.
      if (this.#catalog.has(instance)) {
        await this.#remove(instance);
      }
    });
  }

  async #remove(instance: ManagedInstance): Promise<void> {
    const { driver, records, lateWrites, reservations, limits, log } = this.#context;
    try {
      await instance.amendAnyway(records, lateWrites, (record) => ({ ...record, phase: "destroying" }));
      instance.failure = undefined;
      await limits.change(() => driver.destroy(instance.id));
      await instance.forget(records);
    } catch (error) {
      instance.failure = `Destroying instance ${instance.title} failed, and is tried again: ${messageOf(error)}`;
      log.warn({ instance: instance.id, err: error }, "instance not destroyed");
      this.retry(instance);
      throw because(error, instance.failure, "engine");
    }
    this.#catalog.remove(instance);
    reservations.release(instance.record);
    log.info({ instance: instance.id, name: instance.record.name }, "instance destroyed");
  }
}
