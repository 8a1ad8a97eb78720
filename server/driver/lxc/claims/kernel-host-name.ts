import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import { MccError } from "../../../../protocol/error";
import type { Engine } from "../engine";
import type { ContainerPlace } from "../place";
import { HostNameSetter } from "./host-name-setter";

/**
 * The kernel's host name of a running container. lxc-starter sets it. Where that does not run, a process waits for the name
 * in each container: its start takes longer than all the rest of a claim.
 */
export class KernelHostName {
  /** Open, because the container may end, and its process id be another container's. */
  readonly #namespace: number;
  #setter: HostNameSetter | undefined;
  #isClosed = false;
  /** Resolves when no other process opens the namespace by this process's descriptor any more. */
  #done: Promise<unknown> = Promise.resolve();

  /** @param pid of a process in the container. @throws MccError `conflict` if that is a process of the host by now. */
  constructor(
    private readonly engine: Pick<Engine, "starter" | "timeoutMs">,
    private readonly container: Pick<ContainerPlace, "name">,
    pid: number,
  ) {
    this.#namespace = openSync(`/proc/${pid}/ns/uts`, "r");
    try {
      if (fstatSync(this.#namespace).ino === statSync("/proc/self/ns/uts").ino) {
        throw new MccError("conflict", `${container.name} does not run any more, and gets no host name.`);
      }
      this.#setter = engine.starter.isReady ? undefined : this.#newSetter();
    } catch (error) {
      closeSync(this.#namespace);
      throw error;
    }
  }

  /** Works once. @throws MccError `engine`, `timeout`; `conflict` if it was closed before the name was set. */
  async set(name: string): Promise<void> {
    this.#requireOpen();
    const set = this.#set(name);
    this.#done = set.catch(() => undefined);
    await set;
  }

  async #set(name: string): Promise<void> {
    if (this.#setter === undefined) {
      if (await this.engine.starter.setHostName(this.#path(), name)) {
        return;
      }
      this.#requireOpen();
    }
    this.#setter ??= this.#newSetter();
    await this.#setter.set(name, this.engine.timeoutMs);
  }

  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#setter?.close();
      // Not before lxc-starter has opened it: the number of the descriptor may soon be that of another namespace.
      void this.#done.then(() => closeSync(this.#namespace));
    }
  }

  #requireOpen(): void {
    if (this.#isClosed) {
      throw new MccError("conflict", `The host name of ${this.container.name} is not set any more.`);
    }
  }

  #newSetter(): HostNameSetter {
    return new HostNameSetter(this.container, this.#path());
  }

  /** Other processes open the namespace by this process's descriptor. */
  #path(): string {
    return `/proc/${process.pid}/fd/${this.#namespace}`;
  }
}
