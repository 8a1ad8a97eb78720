import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { FakeHost } from "./fake-host";

/** Where a fake host has its control groups, in the form of a mount table. */
export const mountTable = "proc/mounts";
/** Where the fake of iproute2 keeps routes, the addresses for which the host answers, and known hardware addresses. */
export const networkFolders = { routes: "net/routes", proxies: "net/proxies", neighbours: "net/neighbours" };

/**
 * What vzctl makes of the run of a container on a kernel that is not OpenVZ's: control groups, which are real ones, a
 * link to the network namespace, files about the run, a route, and an entry for proxy ARP. As on the real host, only a
 * kill and the next start remove the first three, and nothing removes the others.
 */
export class RunTraces {
  constructor(
    private readonly host: FakeHost,
    private readonly ctid: string,
  ) {}

  /** What `vzctl start` makes before it runs the container's first process. */
  make(): void {
    if (!this.#isMade) {
      return;
    }
    this.remove();
    this.#groups.forEach((group) => mkdirSync(group));
    this.#write("var/lib/vzctl/vepid", "1");
    mkdirSync(join(this.host.root, "run/netns"), { recursive: true });
    symlinkSync("/proc/4194305/ns/net", join(this.host.root, "run/netns", this.ctid));
  }

  /** @param pid the first process. */
  enter(pid: number, addresses: readonly string[]): void {
    if (!this.#isMade) {
      return;
    }
    this.#groups.forEach((group) => writeFileSync(join(group, "cgroup.procs"), String(pid)));
    this.#write("var/lib/vzctl/veip", addresses.join("\n"));
    for (const address of addresses) {
      this.#write(networkFolders.routes, "", address);
      this.#write(networkFolders.proxies, "eth0", address);
    }
  }

  /** What `vzctl stop --fast` removes. */
  remove(): void {
    this.#groups.filter((group) => existsSync(group)).forEach((group) => rmdirSync(group));
    for (const folder of ["var/lib/vzctl/vepid", "run/netns"]) {
      rmSync(join(this.host.root, folder, this.ctid), { force: true });
    }
  }

  get hasGroups(): boolean {
    return this.#groups.some((group) => existsSync(group));
  }

  get #isMade(): boolean {
    return this.host.behaviour.generation === "v4" && !this.host.behaviour.openvzKernel;
  }

  get #groups(): string[] {
    return hierarchiesOf(this.host.root).map((hierarchy) => join(hierarchy, `vz-${this.ctid}`));
  }

  #write(folder: string, text: string, name = this.ctid): void {
    mkdirSync(join(this.host.root, folder), { recursive: true });
    writeFileSync(join(this.host.root, folder, name), text);
  }
}

/** The mount points of a fake host's control groups. */
export function hierarchiesOf(root: string): string[] {
  const table = join(root, mountTable);
  return existsSync(table)
    ? readFileSync(table, "utf8")
        .split("\n")
        .flatMap((line) => (line.split(" ")[2] === "cgroup" ? (line.split(" ")[1] ?? []) : []))
    : [];
}

/** What containers have left of their runs. */
export function tracesIn(root: string): string[] {
  const folders = [
    "run/netns",
    "var/lib/vzctl/vepid",
    "var/lib/vzctl/veip",
    ...Object.values(networkFolders),
  ];
  const entries = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  return [
    ...folders.flatMap((folder) => entries(join(root, folder)).map((name) => join(folder, name))),
    ...hierarchiesOf(root).flatMap((hierarchy) =>
      entries(hierarchy).filter((name) => name.startsWith("vz-")),
    ),
  ];
}
