import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { MccError } from "../../../../protocol/error";
import { within } from "../../../support/time-limits";
import { letGo } from "../commands/let-go";
import { requireProgram } from "../commands/programs";
import type { ContainerPlace } from "../place";

/**
 * Waits for a name. The first way needs no other program, and works only for root of the host. Where the host does not
 * allow it, the program `hostname` does it.
 */
const setName = `read -r name || exit 0
{ echo "$name" >/proc/sys/kernel/hostname; } 2>/dev/null || hostname "$name" || exit 1
echo done
`;

/**
 * Sets the kernel's host name of a running container, where lxc-starter does not. Only a process in the container's UTS
 * namespace can do that. It is started ahead, so that a claim starts none. It is the host's shell with the host's files:
 * it runs nothing of the container. It ends with this process, however that ends.
 */
export class HostNameSetter {
  readonly #process: ChildProcess;

  /**
   * @param name of the container, for an operator who lists processes.
   * @param namespace the path of the container's UTS namespace.
   */
  constructor({ name }: Pick<ContainerPlace, "name">, namespace: string) {
    const words = [`--uts=${namespace}`, "--", "/bin/sh", "-c", setName, name];
    this.#process = spawn(requireProgram("nsenter"), words, {
      cwd: "/",
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#process.on("error", () => undefined);
    this.#process.stdin?.on("error", () => undefined);
    letGo(this.#process);
  }

  /** Works once. @throws MccError `engine`, `timeout`. */
  async set(name: string, timeoutMs: number): Promise<void> {
    const { stdin, stdout } = this.#process;
    this.#process.ref();
    if (stdin === null || stdout === null || this.#process.exitCode !== null) {
      throw new MccError("engine", "The process that sets the host name of a container has ended.");
    }
    const answer = once(stdout, "data").then(() => true);
    // Its end may be known before its output.
    const ended = once(this.#process, "exit").then(([code]) => code === 0);
    stdin.end(`${name}\n`);
    const done = await within(timeoutMs, Promise.race([answer, ended]));
    if (done?.value !== true) {
      throw done === undefined
        ? new MccError("timeout", `The host name "${name}" was not set within ${timeoutMs / 1000} s.`)
        : new MccError("engine", `The host name "${name}" could not be set.`);
    }
  }

  /** Ends the process. */
  close(): void {
    this.#process.kill("SIGKILL");
    this.#process.stdin?.destroy();
    this.#process.stdout?.destroy();
  }
}
