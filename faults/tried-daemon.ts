import { join } from "node:path";
import { type Client, connect } from "../client";
import { compiled } from "../test/support/checkout";
import { TestDaemon } from "../test/support/daemons/test-daemon";
import { ControlConnection } from "./control-connection";
import type { Host } from "./hosts/host";
import { type Order, type Recording, type Settings, settingsVariable } from "./preload/control";

/** How the addresses of the pool begin. */
export const addressesBegin = "198.18.0.";

/** Longer than the limits that the daemon has for single files. */
const fileHangMs = 1200;

/** How a daemon is started. */
export interface Pace {
  /** The time limit of one engine command. */
  readonly engineSeconds: number;
  /** How long a command hangs, before it runs after all. Longer than its time limit. */
  readonly commandHangMs: number;
}

/** A daemon on a host, with the module in it that disturbs one of its steps. */
export class TriedDaemon {
  readonly #daemon: TestDaemon;
  #client: Client | undefined;
  #control: ControlConnection | undefined;

  private constructor(
    readonly host: Host,
    readonly pace: Pace,
  ) {
    const socket = join(host.folder, "faults.sock");
    const settings: Settings = {
      socket,
      commandHangMs: pace.commandHangMs,
      fileHangMs,
      ignored: [compiled(".."), join(host.folder, "faults.sock")],
      folders: [
        [join(host.folder, "state"), "STATE"],
        [join(host.folder, "openvz"), "VZ"],
        [host.folder, "FOLDER"],
      ],
    };
    this.#daemon = new TestDaemon(host.folder, {
      driver: host.driver,
      words: [
        ...["-r", `${addressesBegin}2-${addressesBegin}30`, "--engine-timeout", String(pace.engineSeconds)],
        ...(host.words ?? []),
      ],
      environment: {
        ...host.environment,
        NODE_OPTIONS: `--require ${compiled("faults/preload/preload.js")}`,
        [settingsVariable]: JSON.stringify(settings),
      },
    });
  }

  /** Starts a daemon on the host's state folder. @throws Error with the daemon's report if it does not start. */
  static async start(host: Host, pace: Pace): Promise<TriedDaemon> {
    const daemon = new TriedDaemon(host, pace);
    try {
      await daemon.#daemon.start();
      daemon.#client = connect({ server: daemon.#daemon.url, token: await daemon.#daemon.token() });
      daemon.#control = await ControlConnection.open(join(host.folder, "faults.sock"));
      return daemon;
    } catch (error) {
      await daemon.#daemon.kill();
      throw error;
    }
  }

  get client(): Client {
    if (this.#client === undefined) {
      throw new Error("the daemon has been started");
    }
    return this.#client;
  }

  get pid(): number {
    return this.#daemon.pid;
  }

  get log(): string {
    return this.#daemon.log;
  }

  /** @returns undefined if the daemon has ended. */
  async send(order: Order): Promise<Recording | undefined> {
    return await this.#control?.send(order);
  }

  /** Stops it. @returns its exit code; null if a signal has ended it. */
  async stop(): Promise<number | null> {
    this.#disconnect();
    return await this.#daemon.stop();
  }

  async kill(): Promise<void> {
    this.#disconnect();
    await this.#daemon.kill();
  }

  /** Removes everything that the daemons of a host have created. They must have ended. */
  static async purge(host: Host): Promise<void> {
    await new TriedDaemon(host, { engineSeconds: 60, commandHangMs: 0 }).#daemon.purge();
  }

  #disconnect(): void {
    this.#client?.close();
    this.#control?.close();
  }
}
