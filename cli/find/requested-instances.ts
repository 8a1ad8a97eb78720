import { setTimeout as pause } from "node:timers/promises";
import { ConnectionError } from "../../client/connection-error";
import type { Instance } from "../../protocol/methods/instance";

/** Longer than the daemon needs to return the id of a new instance. */
const patienceMs = 3000;
const lookEveryMs = 20;

/** A request. `instance` is undefined until the daemon has answered. */
interface Asked {
  instance: Instance | undefined;
}

/** Keeps the instances that a command requested, so that it can report the remaining ones when it is interrupted. */
export class RequestedInstances {
  readonly #asked = new Set<Asked>();
  #isClosed = false;

  /** @param keepsFailed whether the daemon keeps instances that fail. */
  constructor(
    private readonly count: number,
    private readonly keepsFailed: boolean,
  ) {}

  /** Requests an instance by a call that reports it as soon as it exists. After `lastWords`, it never resolves. */
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

  /** Returns lines about the remaining instances and how to destroy them. Waits up to 3 s for outstanding answers. */
  async lastWords(): Promise<string[]> {
    this.#isClosed = true;
    for (let leftMs = patienceMs; leftMs > 0 && this.#unanswered > 0; leftMs -= lookEveryMs) {
      await pause(lookEveryMs);
    }
    const there = [...this.#asked].flatMap(({ instance }) => instance ?? []);
    const pending = there.filter(({ status }) => status === "pending").length;
    const stillPending = pending === 0 ? "" : ` (${pending} pending)`;
    const ids = there.map(({ id }) => id).join(" ");
    return [
      `Interrupted: ${there.length} of ${this.count} instances were requested and remain${stillPending}.`,
      ...(this.#unanswered > 0
        ? [`${this.#unanswered} more can still appear; check with mcc list-instances.`]
        : []),
      ...(there.length > 0 ? [`To destroy them: mcc destroy-instance ${ids}`] : []),
    ];
  }

  get #unanswered(): number {
    return [...this.#asked].filter(({ instance }) => instance === undefined).length;
  }
}
