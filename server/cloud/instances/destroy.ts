import { MccError, messageOf } from "../../../protocol/error";
import { because } from "../../support/because";
import { Retries } from "../../support/concurrency/retries";
import type { InstanceCatalog } from "./catalog";
import type { InstanceContext } from "./context";
import type { Instance } from "./instance";
import { requireTakesOver } from "./require-takes-over";
import { notDestroyedYet } from "./unreachable";

/** Destroys instances, whatever their state, and repeats a destroy that failed until it succeeds. */
export class InstanceDestruction {
  readonly #context: InstanceContext;
  readonly #catalog: InstanceCatalog;
  readonly #retries = new Retries<Instance>(async (instance) => {
    await this.destroy(instance);
    this.#context.log.info({ instance: instance.id }, "the rest of the instance is removed");
  });

  constructor(context: InstanceContext, catalog: InstanceCatalog) {
    this.#context = context;
    this.#catalog = catalog;
    catalog.whenReachable((instance) => this.#retries.hurry(instance));
  }

  /**
   * Resolves when the instance is gone: container, record and reservation. Callers that come while it is under way wait
   * for the same destroy. A container whose take-over was cut off is given back and not destroyed.
   *
   * The intent is recorded first where the file system accepts it. Where it does not, the container is destroyed all the
   * same: a daemon that is killed in between leaves a record that says too much, and the next one lists the instance as
   * failed, or as stopped if parts of its container are left, and it can be destroyed again.
   *
   * @param why for clients that wait for its creation. Default: a client asked for it.
   * @throws MccError `engine`, `timeout`, `unreachable`, or `unavailable` where the record cannot be removed; the destroy is
   * then repeated until it succeeds.
   */
  async destroy(instance: Instance, why?: string): Promise<void> {
    await instance.destroy(() => this.#run(instance, why));
  }

  /** Destroys an instance later, and again until it is gone. */
  retry(instance: Instance): void {
    this.#retries.retry(instance);
  }

  /** Ends the repeats; the records make the next daemon continue. */
  close(): void {
    this.#retries.close();
  }

  async #run(instance: Instance, why?: string): Promise<void> {
    const reason = `Instance ${instance.title} was destroyed in the meantime${why === undefined ? "" : `: ${why}`}.`;
    instance.abort.abort(new MccError("conflict", reason));
    this.#context.network.hostNames?.leaves(instance.record);
    await instance.inTurn(async () => {
      // A creation that was ended has undone itself.
      if (this.#catalog.has(instance)) {
        await this.#remove(instance);
      }
    });
  }

  async #remove(instance: Instance): Promise<void> {
    const { driver, reservations, events, log } = this.#context;
    const { phase, before = {} } = instance.record;
    try {
      if (phase === "taking") {
        await requireTakesOver(driver).giveBack(instance.id, before);
      } else {
        await instance.markDestroying();
        await driver.destroy(instance.id);
      }
      await instance.forget();
    } catch (error) {
      const what = phase === "taking" ? "Giving back the container of instance" : "Destroying instance";
      const message = MccError.hasCode(error, "unreachable")
        ? notDestroyedYet(instance)
        : `${what} ${instance.title} failed, and is tried again: ${messageOf(error)}`;
      instance.fail({ kind: "stuck", error: because(error, message, "engine") });
      log.warn({ instance: instance.id, err: error }, "instance not destroyed");
      events.tell("failed", instance.record, { text: message, quotes: false });
      this.retry(instance);
      throw because(error, message, "engine");
    }
    this.#catalog.remove(instance);
    reservations.release(instance.record);
    events.tell("destroyed", instance.record);
    log.info({ instance: instance.id, name: instance.record.name }, "instance destroyed");
  }
}
