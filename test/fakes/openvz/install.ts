import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type HostPlaces } from "../../../server/driver/openvz/host";
import { checkout } from "../../support/checkout";
import { type Behaviour, readBehaviour, recordedHost, writeBehaviour } from "./behaviour";
import { decide } from "./decide";
import { beancounters } from "./host/limits";
import { mountTable, networkFolders, tracesIn } from "./host/run-traces";
import { type CommandServer, openCommandServer } from "./launcher/command-server";

/** The image of the recorded runs. */
export const imageName = "busybox-1.35-x86_64";
/** How the files of images end that tests put there. tar finds out itself how they are packed. */
export const imageEndings = { v4: ".tar", v7: ".plain.ploopv2.tar.lz4" } as const;
const basicSample = [
  ...beancounters.map((name) => `${name}="unlimited"`),
  'PHYSPAGES="0:9223372036854775807"',
  'NUMPROC="240:240"',
  'DISKSPACE="2097152:2306867"',
  'CPUUNITS="1000"',
];

/** The scripts of distributions, as far as the fakes have them. */
const distributions = {
  default: "ADD_IP=redhat-add_ip.sh\n",
  "debian.conf": "ADD_IP=debian-add_ip.sh\nPRE_START=prestart.sh\n",
};

const folders = [
  "bin",
  "etc/vz/conf",
  "etc/vz/names",
  "vz/vztmp",
  "vz/del",
  "vz/template/cache",
  "vz/private",
  "vz/root",
  "vz/lock",
  "sys/class/net/venet0",
  "sys/fs/all-cgroups",
  "sys/fs/cgroup",
  "etc/vz/dists",
  "proc",
  ...Object.values(networkFolders),
];

/** A fake host in a folder of its own, whose commands work as long as the process lives that installed it. */
export class FakeOpenvz {
  readonly places: HostPlaces;
  readonly bin: string;
  readonly stateFolder: string;
  #server: CommandServer | undefined;
  /** The name of its part of the control groups. */
  readonly #groups = randomUUID();

  private constructor(readonly root: string) {
    this.bin = join(root, "bin");
    this.stateFolder = join(root, "state");
    this.places = {
      configuration: this.path("etc/vz/vz.conf"),
      procVz: this.path("proc/vz"),
      beancounters: this.path("proc/user_beancounters"),
      userNamespace: "/proc/self/ns/user",
      veinfo: this.path("proc/veinfo"),
      venet: this.path("sys/class/net/venet0"),
      libraries: this.path("etc/ld.so.cache"),
      mounts: this.path("proc/mounts"),
      networkNamespaces: this.path("run/netns"),
      runRecords: this.path("var/lib/vzctl"),
      scriptFolders: [this.bin],
    };
  }

  /** @param root an empty folder. */
  static async install(root: string, behaviour: Partial<Behaviour> = {}): Promise<FakeOpenvz> {
    const host = new FakeOpenvz(root);
    folders.forEach((folder) => mkdirSync(host.path(folder), { recursive: true }));
    host.#writeConfiguration();
    host.#makeKernel();
    await host.#openPrograms();
    writeBehaviour(root, recordedHost);
    host.behave(behaviour);
    return host;
  }

  /** One that another process has installed. */
  static at(root: string): FakeOpenvz {
    return new FakeOpenvz(root);
  }

  /** The environment in which `vzctl` and `vzlist` are the fakes. */
  get environment(): Record<string, string> {
    // Perl would complain of a language that this machine does not have.
    return { PERL_BADLANG: "0", PATH: `${this.bin}:${process.env["PATH"] ?? ""}` };
  }

  path(path: string): string {
    return join(this.root, path);
  }

  behave(changes: Partial<Behaviour>): void {
    const behaviour = { ...readBehaviour(this.root), ...changes };
    writeBehaviour(this.root, behaviour);
    if (behaviour.veinfo) {
      writeFileSync(this.places.veinfo, "");
    } else {
      rmSync(this.places.veinfo, { force: true });
    }
    this.#mountUnified(behaviour.unifiedGroups);
    if (behaviour.openvzKernel) {
      mkdirSync(join(this.places.procVz, behaviour.vswap ? "vswap" : ""), { recursive: true });
    }
  }

  /**
   * Files that containers have left, or are made of: nothing of them may remain after a destroy. What vzctl has put
   * aside in `vz/vztmp` or `vz/del` is its own: the next destroy of any container removes it.
   */
  remains(): string[] {
    const samples = /^ve-.*\.conf-sample$/;
    return ["etc/vz/conf", "etc/vz/names", "vz/private", "vz/root", "vz/lock"].flatMap((folder) => {
      const path = this.path(folder);
      const entries = existsSync(path) ? readdirSync(path) : [];
      return entries.filter((entry) => !samples.test(entry)).map((entry) => join(folder, entry));
    });
  }

  /** What runs of containers have left on the host. */
  traces(): string[] {
    return tracesIn(this.root);
  }

  /** Lets the host remember the hardware address that a container had under an address before. */
  rememberNeighbour(address: string): void {
    writeFileSync(this.path(`${networkFolders.neighbours}/${address}`), "02:11:22:33:44:55\n");
  }

  /** Gives vz.conf the values that it has as shipped: shifted users, and disk images, which this vzctl does not support. */
  asShipped(): void {
    const { configuration } = this.places;
    const text = readFileSync(configuration, "utf8").replace("VE_LAYOUT=simfs", "VE_LAYOUT=ploop");
    writeFileSync(configuration, `${text}LOCAL_UID=100000\nLOCAL_GID=100000\n`);
  }

  /** Lets the commands go on that wait at a fault. */
  release(at: string): void {
    mkdirSync(this.path("released"), { recursive: true });
    writeFileSync(join(this.path("released"), at), "");
  }

  /** Whether a command has come to a fault that holds it there. */
  waitsAt(at: string): boolean {
    return existsSync(this.path("reached")) && readdirSync(this.path("reached")).includes(at);
  }

  /** The commands run since this was last asked. @param file that of vzctl and vzlist, or that of ip. */
  takeCommands(file: "commands.log" | "network.log" = "commands.log"): string[][] {
    const log = this.path(file);
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
    rmSync(log, { force: true });
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as string[]);
  }

  /** The file of an image among the host's. */
  imageFile(name: string): string {
    return this.path(`vz/template/cache/${name}${imageEndings[readBehaviour(this.root).generation]}`);
  }

  /** A container's own configuration, as text. */
  configuration(ctid: string): string {
    return readFileSync(this.path(`etc/vz/conf/${ctid}.conf`), "utf8");
  }

  /** Ends what tests have left running, also what a command that was killed had just started. */
  async close(): Promise<void> {
    await this.#server?.close();
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (commandLineOf(pid).includes(this.path("vz/private/"))) {
        process.kill(Number(pid), "SIGKILL");
      }
    }
    await this.#endKernel();
  }

  async #endKernel(): Promise<void> {
    const [all, own] = [this.path("sys/fs/all-cgroups"), this.path("sys/fs/cgroup")];
    for (const name of readdirSync(own).filter((entry) => entry.startsWith("vz-"))) {
      await removeGroup(join(own, name));
    }
    execFileSync("umount", [own]);
    await removeGroup(join(all, this.#groups));
    execFileSync("umount", [all]);
  }

  #mountUnified(isMounted: boolean): void {
    const table = this.path(mountTable);
    const others = readFileSync(table, "utf8").replace(/^cgroup2 .*\n/gm, "");
    writeFileSync(table, isMounted ? `${others}cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n` : others);
  }

  /** The kernel's side: control groups in a hierarchy without controllers, which all fake hosts share. */
  #makeKernel(): void {
    const [all, own] = [this.path("sys/fs/all-cgroups"), this.path("sys/fs/cgroup")];
    execFileSync("mount", ["-t", "cgroup", "-o", "none,name=minicloud-fakes", "cgroup", all]);
    mkdirSync(join(all, this.#groups));
    execFileSync("mount", ["--bind", join(all, this.#groups), own]);
    writeFileSync(this.path(mountTable), `cgroup ${own} cgroup rw 0 0\n`);
    writeFileSync(join(this.places.venet, "address"), "02:00:00:00:00:01\n");
    writeFileSync(join(this.places.venet, "addr_assign_type"), "1\n");
    for (const [name, text] of Object.entries(distributions)) {
      writeFileSync(this.path(`etc/vz/dists/${name}`), text);
    }
  }

  #writeConfiguration(): void {
    const { configuration } = this.places;
    const variables = {
      TEMPLATE: this.path("vz/template"),
      VE_ROOT: this.path("vz/root/$VEID"),
      VE_PRIVATE: this.path("vz/private/$VEID"),
      LOCKDIR: this.path("vz/lock"),
      CONFIGFILE: '"basic"',
      VE_LAYOUT: "simfs",
    };
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    writeFileSync(configuration, `# Global parameters\n${lines.join("\n")}\n`);
    writeFileSync(join(dirname(configuration), "conf/ve-basic.conf-sample"), `${basicSample.join("\n")}\n`);
    writeFileSync(
      join(dirname(configuration), "conf/ve-light.conf-sample"),
      'PHYSPAGES="0:65536"\nSWAPPAGES="0:131072"\nNUMPROC="64:64"\nCPULIMIT="50"\n',
    );
  }

  async #openPrograms(): Promise<void> {
    this.#server = await openCommandServer((command) => decide(this.root, command));
    writeFileSync(join(this.bin, "port"), String(this.#server.port));
    for (const program of ["vzctl", "vzlist", "ip"]) {
      copyFileSync(join(checkout, "test/fakes/openvz/launcher/launcher.pl"), join(this.bin, program));
    }
  }
}

/** Processes that were just killed may still be in a group. */
async function removeGroup(group: string): Promise<void> {
  for (let tries = 0; !isRemoved(group); tries += 1) {
    assert.ok(tries < 1000, `${group} has processes`);
    await pause(5);
  }
}

function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}

/** Empty for a process that has ended in the meantime. */
function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Makes the tarball of a root file system, packed as its name says, out of the host's static busybox and bash. */
export function makeImage(tarball: string): void {
  const folder = `${tarball}.root`;
  ["bin", "etc", "root", "proc", "sys", "dev", "tmp", "sbin"].forEach((name) =>
    mkdirSync(join(folder, name), { recursive: true }),
  );
  cpSync("/bin/busybox", join(folder, "bin/busybox"));
  cpSync("/bin/bash-static", join(folder, "bin/bash"));
  // Left out as on the host of the recorded runs.
  const applets = execFileSync("/bin/busybox", ["--list"], { encoding: "utf8" })
    .split("\n")
    .filter((applet) => !["", "busybox", "bash", "chpasswd"].includes(applet));
  applets.forEach((applet) => symlinkSync("busybox", join(folder, "bin", applet)));
  symlinkSync("../bin/busybox", join(folder, "sbin/init"));
  execFileSync("tar", ["-caf", tarball, "-C", folder, "."]);
  rmSync(folder, { recursive: true });
}
