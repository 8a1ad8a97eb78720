import type { Client } from "../client/client";
import { MccError } from "../protocol/error";
import { keptEvents } from "../protocol/methods/event";
import type { Host } from "./hosts";
import { Acts, shownCommand } from "./timeline/acts";
import { momentOf } from "./timeline/moment";
import { type Timeline, timelineOf } from "./timeline/timeline";

/** Contains the options of {@link AttachedFleet.exec}. */
export interface CommandOptions {
  /** The standard input of the command, at most 12 MB in UTF-8. Default: empty. */
  readonly stdin?: string;
  /** How long the command can run before it is killed, in seconds: 1 to 3600. Default: 60. */
  readonly timeoutSeconds?: number;
}

/** Contains the result of {@link AttachedFleet.exec}. */
export interface CommandResult {
  /** The exit code of the command. */
  readonly exitCode: number;
  /** The standard output of the command, read as UTF-8: at most 1 MiB. */
  readonly stdout: string;
  /** The standard error of the command, read as UTF-8: at most 1 MiB. */
  readonly stderr: string;
  /** True if the command wrote more than 1 MiB to either of them. */
  readonly truncated: boolean;
}

/** Controls the hosts of a fleet that another process can have created. {@link attachFleet} creates it. */
export class AttachedFleet {
  /** The name of the fleet, for {@link attachFleet} in another process. */
  readonly name: string;
  /** The hosts, in the order of their numbers. */
  readonly hosts: readonly Host[];
  /** @internal */
  protected readonly client: Client;
  readonly #acts = new Acts();

  /** @internal */
  constructor(name: string, hosts: readonly Host[], client: Client) {
    this.name = name;
    this.hosts = hosts;
    this.client = client;
  }

  /**
   * Runs a command as root on a host, through the daemon and without SSH. An exit code other than 0 is a result.
   *
   * @param host the host.
   * @param command the program and its arguments. No shell reads them.
   * @param options the standard input and the time limit.
   * @throws MccError `timeout`; `conflict` if the host is not running; `not-found` if it does not exist.
   */
  async exec(
    host: Host,
    command: readonly string[],
    { stdin = "", timeoutSeconds }: CommandOptions = {},
  ): Promise<CommandResult> {
    const note = async (end: string): Promise<void> =>
      this.#acts.note(await this.client.now(), host.name, `exec ${shownCommand(command)}: ${end}`);
    try {
      const { stdout, stderr, ...result } = await this.client.call("instance.exec", {
        instance: host.instanceId,
        command: [...command],
        stdin: Buffer.from(stdin).toString("base64"),
        timeoutSeconds,
      });
      await note(`exit code ${result.exitCode}`);
      return { ...result, stdout: decode(stdout), stderr: decode(stderr) };
    } catch (error) {
      await note(MccError.isInstance(error) ? error.code : "failed").catch(() => undefined);
      throw error;
    }
  }

  /**
   * Stops a host immediately, as a power failure does. Its files remain.
   *
   * @param host the host.
   * @throws MccError `not-found` if the host does not exist.
   */
  async kill(host: Host): Promise<void> {
    await this.client.call("instance.stop", { instance: host.instanceId, graceSeconds: 0 });
  }

  /**
   * Starts a stopped host and waits until it is ready.
   *
   * @param host the host.
   * @throws MccError `not-found` if the host does not exist; `timeout` if it is not ready in time.
   */
  async start(host: Host): Promise<void> {
    await this.client.call("instance.start", { instance: host.instanceId });
  }

  /**
   * Returns what happened to the hosts, and which commands this object ran there: as text, and as a picture. The daemon keeps
   * the latest 4096 events of all its hosts. The result of an older daemon has the commands only.
   *
   * @throws MccError if the daemon cannot be asked.
   */
  async timeline(): Promise<Timeline> {
    const events = (await this.client.can("events"))
      ? await this.client.call("event.list", { fleet: this.name, limit: keptEvents })
      : [];
    return timelineOf(this.name, [...events.map(momentOf), ...this.#acts.all()]);
  }
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString();
}
