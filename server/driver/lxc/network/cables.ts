import { existsSync } from "node:fs";
import { MccError } from "../../../../protocol/error";
import { ResidentProgram } from "../commands/resident";

/**
 * Changes the host's ends of containers' cables. One `ip` process takes all changes: a process for each would take longer
 * than all the rest of a claim.
 */
export class Cables {
  readonly #ip: ResidentProgram;

  constructor(timeoutMs: number) {
    this.#ip = new ResidentProgram(
      {
        program: "ip",
        words: ["-oneline", "-force", "-batch", "-"],
        answersOn: "stdout",
        mark: () => "link show dev lo",
        // No other command has output there.
        isMark: () => true,
      },
      timeoutMs,
    );
  }

  /** Gives a cable that is in use another name. @throws MccError `engine`, `timeout`. */
  async rename(from: string, to: string): Promise<void> {
    await this.#ip.run(`link set dev ${from} name ${to}`);
    if (!isThere(to)) {
      // Older kernels rename only an interface that is down.
      await this.#ip.run(
        `link set dev ${from} down`,
        `link set dev ${from} name ${to}`,
        `link set dev ${to} up`,
        `link set dev ${from} up`,
      );
    }
    if (!isThere(to)) {
      throw new MccError("engine", `The interface ${from} could not be renamed to ${to}.`);
    }
  }

  /** Removes a cable. One that does not exist is a success. @throws MccError `engine`, `timeout`. */
  async remove(name: string): Promise<void> {
    await this.#ip.run(`link delete dev ${name}`);
    if (isThere(name)) {
      throw new MccError("engine", `The interface ${name} could not be removed.`);
    }
  }

  /** Resolves once the process has ended. */
  async close(): Promise<void> {
    await this.#ip.close();
  }
}

function isThere(name: string): boolean {
  return existsSync(`/sys/class/net/${name}`);
}
