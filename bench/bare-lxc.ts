import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import pLimit from "p-limit";
import { makeHostKey } from "../server/cloud/instances/creation/host-key";

/** The owner of an unprivileged container's files on the host. */
const containerRoot = 100_000;
const idFiles = ["/etc/subuid", "/etc/subgid"];
const bridge = "mcbench";
const removingParallel = 8;
const gateway = "198.19.0.1/16";

/**
 * Containers with the usual steps of LXC's manual pages: a configuration and a layer each, started by `lxc-start`. They
 * are created in advance, so that only the starts are measured.
 */
export interface BareContainers {
  start(parallel: number): Promise<void>;
  /** Stops them. Only their layers keep changes. */
  stop(parallel: number): Promise<void>;
}

/** Does the work with this number of containers, and removes them, also if the creation of one fails. */
export async function withBareContainers<T>(
  folder: string,
  rootfs: string,
  count: number,
  work: (containers: BareContainers) => Promise<T>,
): Promise<T> {
  const containers = new MadeContainers(folder, rootfs, count);
  try {
    await containers.make();
    return await work(containers);
  } finally {
    await containers.remove();
  }
}

class MadeContainers implements BareContainers {
  readonly #names: readonly string[];
  #mayRun = false;

  constructor(
    private readonly folder: string,
    private readonly rootfs: string,
    count: number,
  ) {
    this.#names = Array.from({ length: count }, (_, index) => `mcbench-${process.pid}-${index}`);
  }

  async make(): Promise<void> {
    await this.#allowIds();
    await execa("ip", ["link", "add", bridge, "type", "bridge"]);
    await execa("ip", ["address", "add", gateway, "dev", bridge]);
    await execa("ip", ["link", "set", bridge, "up"]);
    for (const [index, name] of this.#names.entries()) {
      await this.#makeOne(name, `198.19.${1 + Math.floor(index / 250)}.${1 + (index % 250)}/16`);
    }
  }

  async start(parallel: number): Promise<void> {
    this.#mayRun = true;
    const limit = pLimit(parallel);
    await Promise.all(
      this.#names.map((name) => limit(() => execa("lxc-start", ["-P", this.folder, "-n", name]))),
    );
  }

  async stop(parallel: number): Promise<void> {
    await this.#stopAll(parallel, true);
    this.#mayRun = false;
  }

  /** Removes everything, also after a partial creation. The next measurement needs the same bridge and files. */
  async remove(): Promise<void> {
    if (this.#mayRun) {
      await this.#stopAll(removingParallel, false);
    }
    for (const file of idFiles) {
      await execa("umount", [file], { reject: false });
    }
    await execa("ip", ["link", "delete", bridge], { reject: false });
    await rm(this.folder, { recursive: true, force: true });
    await rm(join("/run/lxc/lock", this.folder), { recursive: true, force: true });
  }

  async #stopAll(parallel: number, reject: boolean): Promise<void> {
    const limit = pLimit(parallel);
    await Promise.all(
      this.#names.map((name) =>
        limit(() => execa("lxc-stop", ["-k", "-P", this.folder, "-n", name], { reject })),
      ),
    );
  }

  /** Allows the ids for newuidmap, which the daemon does not use. The files change only in this mount namespace. */
  async #allowIds(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const ranges = join(this.folder, "subids");
    await writeFile(ranges, `root:${containerRoot}:65536\n`, { mode: 0o644 });
    for (const file of idFiles) {
      await execa("mount", ["--bind", ranges, file]);
    }
  }

  async #makeOne(name: string, address: string): Promise<void> {
    const layer = join(this.folder, name, "layer");
    const delta = join(layer, "delta");
    await mkdir(delta, { recursive: true });
    // Without a host key, the SSH server exits immediately, and the image's init restarts it again and again.
    const keyFolder = join(delta, "etc", "dropbear");
    await mkdir(keyFolder, { recursive: true });
    await writeFile(join(keyFolder, "dropbear_ed25519_host_key"), makeHostKey().dropbearPrivateKey, {
      mode: 0o600,
    });
    await execa("chown", ["-R", `${containerRoot}:${containerRoot}`, layer]);
    await writeFile(
      join(this.folder, name, "config"),
      [
        `lxc.uts.name = ${name}`,
        `lxc.rootfs.path = overlay:${this.rootfs}:${delta}`,
        `lxc.idmap = u 0 ${containerRoot} 65536`,
        `lxc.idmap = g 0 ${containerRoot} 65536`,
        "lxc.net.0.type = veth",
        `lxc.net.0.link = ${bridge}`,
        "lxc.net.0.flags = up",
        `lxc.net.0.ipv4.address = ${address}`,
        "lxc.net.0.ipv4.gateway = auto",
        "lxc.mount.auto = proc:mixed sys:mixed",
        "",
      ].join("\n"),
    );
  }
}
