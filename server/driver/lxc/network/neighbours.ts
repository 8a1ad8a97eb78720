import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import type { DriverLog } from "../../driver";
import { requireProgram } from "../commands/programs";
import type { Place } from "../place";
import { hardwareAddress } from "./hardware-address";

/** The addresses of a container. */
interface Addresses {
  readonly ipAddress: string;
  readonly ipv6Address?: string | undefined;
}

/**
 * Tells the host which hardware address the address of each container has, as it follows from that. Otherwise the host
 * asks all containers at once for each new one, which costs as much again for every one that is there.
 *
 * The host treats such an entry as one that it learnt itself some time ago: it asks that container whether it still has
 * the address, and believes another one that announces it. The kernel does not count the entries against its limit.
 *
 * One `ip` process takes all of them: a process for each would cost a tenth of a start. It ends with the daemon.
 */
export class Neighbours {
  readonly #known = new Map<number, Addresses>();
  /** Those of the known containers that have run. */
  readonly #told = new Set<number>();
  #process: ChildProcess | undefined;

  constructor(
    private readonly place: Place,
    private readonly log: DriverLog,
  ) {}

  /** The IPv4 addresses that the host was told of. */
  addresses(): string[] {
    return [...this.#told].flatMap((id) => this.#known.get(id)?.ipAddress ?? []);
  }

  /** For a container that is being made; `tell` follows when it starts. */
  expect(id: number, { ipAddress, ipv6Address }: Addresses): void {
    this.#known.set(id, { ipAddress, ipv6Address });
  }

  /**
   * For a container that is about to run. Returns at once; a failure is logged, as it only costs speed.
   *
   * @returns false for a container that was not expected.
   */
  tell(id: number): boolean {
    const addresses = this.#known.get(id);
    if (addresses !== undefined) {
      this.#told.add(id);
      this.#writeEntries(addresses);
    }
    return addresses !== undefined;
  }

  /** For a container that is gone. Another one can take its address. */
  forget(id: number): void {
    const { ipAddress, ipv6Address } = (this.#told.delete(id) && this.#known.get(id)) || {};
    this.#known.delete(id);
    for (const address of [ipAddress, ipv6Address].filter((each) => each !== undefined)) {
      // Not a removal, which would fail for an entry that is gone.
      this.#write(`neighbour replace ${address} dev ${this.place.bridge} nud failed`);
    }
  }

  /** Tells of all again, after the bridge was down or made again. */
  tellAll(): void {
    this.#told.forEach((id) => this.tell(id));
  }

  /** Resolves once the process has ended, with all that it was told done. */
  async close(): Promise<void> {
    const running = this.#process;
    if (running === undefined) {
      return;
    }
    this.#process = undefined;
    // Otherwise a daemon with nothing else left to wait for would end here.
    running.ref();
    if (running.stderr instanceof Socket) {
      running.stderr.ref();
    }
    const exit = once(running, "close");
    running.stdin?.end();
    await exit;
  }

  #writeEntries({ ipAddress, ipv6Address }: Addresses): void {
    const rest = `lladdr ${hardwareAddress(ipAddress)} dev ${this.place.bridge} nud stale extern_learn`;
    for (const address of [ipAddress, ipv6Address].filter((each) => each !== undefined)) {
      this.#write(`neighbour replace ${address} ${rest}`);
    }
  }

  #write(line: string): void {
    try {
      this.#process ??= this.#start();
      this.#process.stdin?.write(`${line}\n`);
    } catch (error) {
      this.log.debug({ err: error }, "the host could not be told of a container's hardware address");
    }
  }

  #start(): ChildProcess {
    const child = spawn(requireProgram("ip"), ["-force", "-batch", "-"], {
      cwd: "/",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["pipe", "ignore", "pipe"],
    });
    const fail = (reason: unknown): void =>
      this.log.debug({ reason }, "the host was not told of some hardware addresses");
    child.on("error", fail).on("close", () => {
      if (this.#process === child) {
        this.#process = undefined;
      }
    });
    child.stdin.on("error", fail);
    child.stderr.on("data", (words: Buffer) => fail(words.toString()));
    child.unref();
    for (const stream of [child.stdin, child.stderr]) {
      if (stream instanceof Socket) {
        stream.unref();
      }
    }
    return child;
  }
}
