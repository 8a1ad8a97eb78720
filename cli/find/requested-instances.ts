import { setTimeout as pause } from "node:timers/promises";
import { ConnectionError } from "../../client/connection-error";
import type { Instance } from "../../protocol/methods/instance";

/** Longer than the daemon takes to say under which id it makes an instance. */
const patienceMs = 3000;
const lookEveryMs = 20;

/** Undefined until the daemon has answered. */
interface Asked {
  instance: Instance | undefined;
}

/** The instances that a command has asked for, so that whoever interrupts it learns what stays. */
export class RequestedInstances {
  readonly #asked = new Set<Asked>();
  #isClosed = false;

  /** @param keepsFailed whether instances that fail are kept. */
  constructor(
    private readonly count: number,
    private readonly keepsFailed: boolean,
  ) {}

  /** Asks for one by a call that tells of it as soon as there is one. Once the last words are said, it asks no more. */
  async ask(call: (onPending: (instance: Instance) => void) => Promise<Instance>): Promise<Instance> {
    if (this.#isClosed) {
      return await new Promise(() => undefined);
    }
    const asked: Asked = { instance: undefined };
    this.#asked.add(asked);
    const hear = (instance: Instance): void => {
      asked.instance = instance;
    };
    try {
      const instance = await call(hear);
      hear(instance);
      return instance;
    } catch (error) {
      const mayStay = ConnectionError.isInstance(error) || (this.keepsFailed && asked.instance !== undefined);
      if (!mayStay) {
        this.#asked.delete(asked);
      }
      throw error;
    }
  }

  /** What stays, and how to be rid of it, a line each; waits a moment for the answers that are due. */
  async lastWords(): Promise<string[]> {
    this.#isClosed = true;
    for (let leftMs = patienceMs; leftMs > 0 && this.#unanswered > 0; leftMs -= lookEveryMs) {
      await pause(lookEveryMs);
    }
    const there = [...this.#asked].flatMap(({ instance }) => instance ?? []);
    const pending = there.filter(({ status }) => status === "pending").length;
    const onTheirWay = pending === 0 ? "" : `, ${pending} of them still on their way`;
    const ids = there.map(({ id }) => id).join(" ");
    return [
      `Interrupted: ${there.length} of ${this.count} instances were asked for and stay${onTheirWay}.`,
      ...(this.#unanswered > 0
        ? [`${this.#unanswered} may come yet; mcc list-instances shows what there is.`]
        : []),
      ...(there.length > 0 ? [`To destroy what stays: mcc destroy-instance ${ids}`] : []),
    ];
  }

  get #unanswered(): number {
    return [...this.#asked].filter(({ instance }) => instance === undefined).length;
  }
}
