import type { Client } from "../client/client";
import type { Host } from "./hosts";
import type { LeaseKeeper } from "./lease-keeper";

export interface CommandOptions {
  /** What the command reads. Default: nothing. */
  readonly stdin?: string;
  /** Default: 60. */
  readonly timeoutSeconds?: number;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether more than the first MiB of either came. */
  readonly truncated: boolean;
}

/** Hosts that are there for a test, and gone with the process that runs it. */
export class TestFleet {
  #destroyed: Promise<void> | undefined;

  constructor(
    readonly hosts: readonly Host[],
    private readonly client: Client,
    private readonly lease: string,
    private readonly keeper: LeaseKeeper,
  ) {}

  /**
   * Runs a command as root on a host, through the daemon and without SSH.
   *
   * @throws MccError `timeout`; `conflict` for a host that is down. An exit code other than 0 is a result.
   */
  async exec(
    host: Host,
    command: readonly string[],
    { stdin = "", timeoutSeconds }: CommandOptions = {},
  ): Promise<CommandResult> {
    const { stdout, stderr, ...result } = await this.client.call("instance.exec", {
      instance: host.instanceId,
      command: [...command],
      stdin: Buffer.from(stdin).toString("base64"),
      timeoutSeconds,
    });
    return { ...result, stdout: decode(stdout), stderr: decode(stderr) };
  }

  /** Brings a host down as a power cut does; its files stay. */
  async kill(host: Host): Promise<void> {
    await this.client.call("instance.stop", { instance: host.instanceId, graceSeconds: 0 });
  }

  /** Brings a host up again and waits until it is ready. */
  async start(host: Host): Promise<void> {
    await this.client.call("instance.start", { instance: host.instanceId });
  }

  /**
   * Resolves when all hosts are gone; destroyed already is success.
   *
   * @throws MccError when that failed; the daemon then goes on trying by itself.
   */
  async destroy(): Promise<void> {
    this.#destroyed ??= this.#endLease();
    await this.#destroyed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.destroy();
  }

  async #endLease(): Promise<void> {
    await this.keeper.release(() => this.client.call("lease.end", { lease: this.lease }));
    this.client.close();
  }
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString();
}
