import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FakeHost } from "./fake-host";

/**
 * Sets up a network and a root file system, and becomes its first process. The device is as vzctl leaves it: down, and
 * without an address, which a distribution's own first process gives it by ifup.
 */
const initScript = [
  "set -e",
  'hostname "$2"',
  '[ -z "$3" ] || ip link add "$3" type veth peer name host',
  '[ -z "$3" ] || ip link set host up',
  'mount --bind "$1" "$1"',
  'mkdir -p "$1/proc" "$1/dev" "$1/tmp"',
  'mount -t proc proc "$1/proc"',
  'mount -t tmpfs tmpfs "$1/dev"',
  'for device in null zero full random urandom; do : > "$1/dev/$device"; mount --bind "/dev/$device" "$1/dev/$device"; done',
  'ln -s /proc/self/fd "$1/dev/fd"',
  'cd "$1"',
  "exec env -i HOME=/ TERM=linux PATH=/bin:/sbin:/usr/bin:/usr/sbin chroot . /bin/sh -c '[ ! -x /sbin/ifup ] || /sbin/ifup -a; trap \"exit 0\" TERM USR1 USR2; while :; do sleep 3600 & wait; done'",
].join("\n");
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

  /** @param device the network device that it gets; none for an empty name. */
  async start(root: string, hostname: string, device: string): Promise<void> {
    const child = spawn(
      "unshare",
      [
        ...["--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc", "--net"],
        ...["/bin/sh", "-c", initScript, "sh", root, hostname, device],
      ],
      // Without an OpenVZ kernel, it stays in the process group of vzctl.
      { stdio: "ignore", detached: this.host.behaviour.openvzKernel, env: { PATH: process.env["PATH"] } },
    );
    child.unref();
    const pid = await firstProcess(child);
    writeFileSync(this.#file, JSON.stringify([pid, startTimeOf(pid)]));
    await untilTrue(
      () => !existsSync(`/proc/${pid}`) || commandOf(pid).includes("trap"),
      "the container is up",
    );
  }

  async kill(): Promise<void> {
    const { pid } = this;
    if (pid !== undefined) {
      process.kill(pid, "SIGKILL");
      await untilTrue(() => this.pid === undefined, "the container is down");
    }
    rmSync(this.#file, { force: true });
  }

  /** The words for nsenter that come before those of a command. */
  get entrance(): readonly string[] {
    return ["-t", String(this.pid), "-m", "-p", "-u", "-i", "-n", "-r", "-w", "--"];
  }

  /** Runs a command in it, with this process's own standard streams. @returns exit code, or the signal. */
  async run(words: readonly string[]): Promise<number | NodeJS.Signals> {
    const child = spawn("nsenter", [...this.entrance, ...words], { stdio: "inherit", env: environment });
    await once(child, "exit");
    return child.signalCode ?? child.exitCode ?? 0;
  }
}

async function firstProcess(child: ChildProcess): Promise<number> {
  const children = `/proc/${child.pid}/task/${child.pid}/children`;
  const read = (): number => Number.parseInt(existsSync(children) ? readFileSync(children, "utf8") : "", 10);
  await untilTrue(() => Number.isInteger(read()), "unshare has a child");
  return read();
}

async function untilTrue(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 2000) {
      throw new Error(`waited in vain until ${what}`);
    }
    await pause(5);
  }
}

/** Tells two processes apart that got the same number: field 22 of proc(5)'s stat. A zombie counts as gone. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
