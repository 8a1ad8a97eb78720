/// <reference lib="esnext.disposable" preserve="true" />
import type { Client } from "../client/client";
import { AttachedFleet } from "./attached-fleet";
import type { Host } from "./hosts";
import type { LeaseKeeper } from "./lease-keeper";

/** Controls the hosts of a test, and destroys them. {@link withFleet} and {@link startFleet} create it. */
export class TestFleet extends AttachedFleet {
  #destroyed: Promise<void> | undefined;

  /** @internal */
  constructor(
    name: string,
    hosts: readonly Host[],
    client: Client,
    private readonly lease: string,
    private readonly keeper: LeaseKeeper,
  ) {
    super(name, hosts, client);
  }

  /**
   * Destroys all hosts, and resolves after that. Succeeds if they are destroyed already.
   *
   * @throws MccError if a destruction failed. The daemon retries it.
   */
  async destroy(): Promise<void> {
    this.#destroyed ??= this.#endLease();
    await this.#destroyed;
  }

  /**
   * Destroys all hosts, for `await using`.
   *
   * @throws MccError as {@link TestFleet.destroy} does.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.destroy();
  }

  async #endLease(): Promise<void> {
    await this.keeper.release(() => this.client.call("lease.end", { lease: this.lease }));
    this.client.close();
  }
}
