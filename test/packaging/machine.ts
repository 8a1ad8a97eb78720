import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { unlessErrno } from "../../protocol/errno";
import { checkout } from "../support/checkout";
import { eventually } from "../support/time/eventually";

const starter = join(checkout, "test", "packaging", "start-machine.sh");
const hierarchies = "/sys/fs/cgroup";
const path = "/usr/sbin:/usr/bin:/sbin:/bin";

/** A copy of this host with systemd as its first process. Its changes are in memory. */
export class Machine {
  private constructor(
    private readonly folder: string,
    private readonly cgroup: string,
    private readonly starter: ChildProcess,
    private readonly init: string,
  ) {}

  /** @param folder an empty folder. */
  static async start(folder: string): Promise<Machine> {
    const cgroup = `minicloud-machine-${process.pid}`;
    const child = spawn("sh", [starter, folder, cgroup], { stdio: ["ignore", "ignore", "inherit"] });
    const children = `/proc/${child.pid}/task/${child.pid}/children`;
    let init = "";
    await eventually(async () => {
      const pid = (await readFile(children, "utf8")).trim();
      const name = pid === "" ? "" : await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
      init = pid;
      return name.trim() === "systemd";
    }, "systemd starts");
    const machine = new Machine(folder, cgroup, child, init);
    await eventually(async () => (await machine.try("systemctl is-system-running")) === "running", "it runs");
    return machine;
  }

  /** Runs a script of sh as root. @returns its output. @throws Error if it fails. */
  async run(script: string): Promise<string> {
    const { exitCode, all } = await this.execute(script);
    if (exitCode !== 0) {
      throw new Error(`${script}\n${all}`);
    }
    return all;
  }

  /** Returns the output of a script that can fail. */
  async try(script: string): Promise<string> {
    return (await this.execute(script)).all;
  }

  private async execute(script: string) {
    const namespaces = ["--mount", "--pid", "--uts", "--ipc", "--cgroup"];
    const clean = ["env", "-i", `PATH=${path}`, "HOME=/root", "sh", "-euc", script];
    return await execa("nsenter", [`--target=${this.init}`, ...namespaces, "--", ...clean], {
      all: true,
      reject: false,
      stdin: "ignore",
      timeout: 60_000,
    });
  }

  /** The path on the host of a file in the machine's memory. */
  outside(file: string): string {
    return join(`/proc/${this.init}/root`, file);
  }

  async stop(): Promise<void> {
    // Its death kills the first process of the machine, and so all others.
    this.starter.kill("SIGKILL");
    for (const hierarchy of await readdir(hierarchies)) {
      const folder = join(hierarchies, hierarchy, this.cgroup);
      await eventually(async () => await removeCgroups(folder), `${folder} is removed`);
    }
    await execa("umount", ["--recursive", join(this.folder, "root")]);
    await execa("umount", [this.folder]);
  }
}

/** @returns whether nothing is left; processes that are ending keep their cgroup for a moment. */
async function removeCgroups(folder: string): Promise<boolean> {
  const inner = await unlessErrno(readdir(folder, { withFileTypes: true }), "ENOENT");
  for (const entry of (inner ?? []).filter((each) => each.isDirectory())) {
    if (!(await removeCgroups(join(folder, entry.name)))) {
      return false;
    }
  }
  try {
    await unlessErrno(rmdir(folder), "ENOENT");
    return true;
  } catch {
    return false;
  }
}
