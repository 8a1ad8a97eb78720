import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Launched } from "../launcher/launched";
import { startTimeOf } from "../launcher/start-time";
import type { FakeHost } from "./fake-host";

/**
 * Sets up a network and a root file system, and becomes its first process. The device is as vzctl leaves it: down, and
 * without an address, which a distribution's own first process gives it by ifup.
 */
const initScript = [
  "set -e",
  '[ -z "$2" ] || hostname "$2"',
  '[ -z "$3" ] || ip link add "$3" type veth peer name host',
  '[ -z "$3" ] || ip link set host up',
  'mount --bind "$1" "$1"',
  'mkdir -p "$1/proc" "$1/dev" "$1/tmp"',
  'mount -t proc proc "$1/proc"',
  // Where everybody may write, the kernel opens no device of another user for a redirection, not even root's.
  'mount -t tmpfs -o mode=755 tmpfs "$1/dev"',
  'for device in null zero full random urandom; do : > "$1/dev/$device"; mount --bind "/dev/$device" "$1/dev/$device"; done',
  'ln -s /proc/self/fd "$1/dev/fd"',
  'cd "$1"',
  "exec env -i HOME=/ TERM=linux PATH=/bin:/sbin:/usr/bin:/usr/sbin chroot . /bin/sh -c '[ ! -x /sbin/ifup ] || /sbin/ifup -a; trap \"exit 0\" TERM USR1 USR2; while :; do sleep 3600 & wait; done'",
].join("\n");
const hostPath = "/bin:/sbin:/usr/bin:/usr/sbin";
const environment = { HOME: "/", TERM: "linux", PATH: "/bin:/sbin:/usr/bin:/usr/sbin:." };

/** A container's processes: real ones, in namespaces of their own, so that commands run in it as in a real one. */
export class ContainerProcess {
  readonly #file: string;

  constructor(
    private readonly host: FakeHost,
    ctid: string,
  ) {
    mkdirSync(join(host.root, "run"), { recursive: true });
    this.#file = join(host.root, "run", `${ctid}.pid`);
  }

  /** The first process; undefined when it does not run. */
  get pid(): number | undefined {
    const [pid = 0, startTime = ""] = existsSync(this.#file)
      ? (JSON.parse(readFileSync(this.#file, "utf8")) as [number, string])
      : [];
    return startTime !== "" && startTimeOf(pid) === startTime ? pid : undefined;
  }

  /**
   * @param hostname empty for that of the host.
   * @param device the network device that it gets; none for an empty name.
   * @returns the id of the first process.
   */
  async start(root: string, hostname: string, device: string): Promise<number> {
    const { command, behaviour } = this.host;
    const parent = await command.start({
      words: [
        // Without an OpenVZ kernel, it stays in the process group of vzctl.
        ...(behaviour.openvzKernel ? ["setsid"] : []),
        ...["unshare", "--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc", "--net"],
        ...["/bin/sh", "-c", initScript, "sh", root, hostname, device],
      ],
      environment: { PATH: hostPath },
      input: "/dev/null",
      output: "/dev/null",
    });
    const pid = await firstProcess(command, parent);
    writeFileSync(this.#file, JSON.stringify([pid, startTimeOf(pid)]));
    await untilTrue(command, () => startTimeOf(pid) === "" || isShellIn(pid, root), "the container is up");
    return pid;
  }

  async kill(): Promise<void> {
    const { pid } = this;
    if (pid !== undefined) {
      process.kill(pid, "SIGKILL");
      await untilTrue(this.host.command, () => this.pid === undefined, "the container is down");
    }
    rmSync(this.#file, { force: true });
  }

  /** The words for nsenter that come before those of a command. */
  get entrance(): readonly string[] {
    return ["-t", String(this.pid), "-m", "-p", "-u", "-i", "-n", "-r", "-w", "--"];
  }

  /** Runs a command in it, with this process's own standard streams. @returns exit code, or the signal. */
  async run(words: readonly string[]): Promise<number | string> {
    return await this.host.command.run({ words: ["nsenter", ...this.entrance, ...words], environment });
  }

  /** Has a shell in it read a file of the host. @returns exit code, or the signal. */
  async runScript(shell: string, input: string): Promise<number | string> {
    const words = ["nsenter", ...this.entrance, shell];
    return await this.host.command.run({ words, environment: { PATH: hostPath }, input });
  }
}

async function firstProcess(command: Launched, parent: number): Promise<number> {
  const children = `/proc/${parent}/task/${parent}/children`;
  const read = (): number => Number.parseInt(existsSync(children) ? readFileSync(children, "utf8") : "", 10);
  await untilTrue(command, () => Number.isInteger(read()), "unshare has a child");
  return read();
}

async function untilTrue(command: Launched, condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 10_000) {
      throw new Error(`waited in vain until ${what}`);
    }
    await command.pause(1);
  }
}

/**
 * Whether a process has become the container's own shell: before that, a program that enters it is still on the host.
 */
function isShellIn(pid: number, root: string): boolean {
  try {
    const [own, its] = [statSync(root), statSync(`/proc/${pid}/root`)];
    const isShell = readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("/bin/sh\0");
    return isShell && own.dev === its.dev && own.ino === its.ino;
  } catch {
    return false;
  }
}
