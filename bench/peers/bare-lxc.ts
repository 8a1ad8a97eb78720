import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import pLimit from "p-limit";
import { makeHostKey } from "../../server/cloud/instances/creation/host-key";
import type { BenchDaemon } from "../hosts/bench-daemon";

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
  /** Stops each with `lxc-stop -k`, and removes its files with `rm`. */
  destroy(parallel: number): Promise<void>;
  /** Creates them again after `destroy`. */
  remake(): Promise<void>;
}

/** Where bare containers are, and how many. */
export interface BarePlace {
  readonly folder: string;
  readonly rootfs: string;
  readonly count: number;
  /** Ends the commands early. */
  readonly signal: AbortSignal;
}

/** Returns the place of bare containers with the image of a bench's daemon. */
export function barePlace({ folder, signal }: BenchDaemon, count: number): BarePlace {
  const rootfs = join(folder, "state", "lxc", "images", "micro", "rootfs");
  return { folder: join(folder, "bare"), rootfs, count, signal };
}

/** Does the work with bare containers, and removes them, also if the creation of one fails. */
export async function withBareContainers<T>(
  place: BarePlace,
  work: (containers: BareContainers) => Promise<T>,
): Promise<T> {
  const containers = new MadeContainers(place);
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

  constructor(private readonly place: BarePlace) {
    const { count } = place;
    this.#names = Array.from({ length: count }, (_, index) => `mcbench-${process.pid}-${index}`);
  }

  async make(): Promise<void> {
    await this.#allowIds();
    await execa("ip", ["link", "add", bridge, "type", "bridge"]);
    await execa("ip", ["address", "add", gateway, "dev", bridge]);
    await execa("ip", ["link", "set", bridge, "up"]);
    await this.remake();
  }

  async remake(): Promise<void> {
    for (const [index, name] of this.#names.entries()) {
      await this.#makeOne(name, `198.19.${1 + Math.floor(index / 250)}.${1 + (index % 250)}/16`);
    }
  }

  async start(parallel: number): Promise<void> {
    this.#mayRun = true;
    await this.#each(parallel, (name) => this.#run("lxc-start", "-P", this.place.folder, "-n", name));
  }

  async stop(parallel: number): Promise<void> {
    await this.#each(parallel, (name) => this.#run(...this.#stopping(name)));
    this.#mayRun = false;
  }

  async destroy(parallel: number): Promise<void> {
    await this.#each(parallel, async (name) => {
      await this.#run(...this.#stopping(name));
      await this.#run("rm", "-rf", join(this.place.folder, name));
    });
    this.#mayRun = false;
  }

  /** Removes everything, also after a partial creation. The next measurement needs the same bridge and files. */
  async remove(): Promise<void> {
    const { folder } = this.place;
    if (this.#mayRun) {
      await this.#each(removingParallel, (name) => {
        const [program, ...words] = this.#stopping(name);
        return execa(program, words, { reject: false });
      });
    }
    for (const file of idFiles) {
      await execa("umount", [file], { reject: false });
    }
    await execa("ip", ["link", "delete", bridge], { reject: false });
    await rm(folder, { recursive: true, force: true });
    await rm(join("/run/lxc/lock", folder), { recursive: true, force: true });
  }

  #stopping(name: string): [string, ...string[]] {
    return ["lxc-stop", "-k", "-P", this.place.folder, "-n", name];
  }

  async #each(parallel: number, work: (name: string) => Promise<unknown>): Promise<void> {
    const limit = pLimit(parallel);
    await Promise.all(this.#names.map((name) => limit(() => work(name))));
  }

  async #run(program: string, ...words: readonly string[]): Promise<void> {
    this.place.signal.throwIfAborted();
    await execa(program, words, { cancelSignal: this.place.signal });
  }

  /** Allows the ids for newuidmap, which the daemon does not use. The files change only in this mount namespace. */
  async #allowIds(): Promise<void> {
    await mkdir(this.place.folder, { recursive: true });
    const ranges = join(this.place.folder, "subids");
    await writeFile(ranges, `root:${containerRoot}:65536\n`, { mode: 0o644 });
    for (const file of idFiles) {
      await execa("mount", ["--bind", ranges, file]);
    }
  }

  async #makeOne(name: string, address: string): Promise<void> {
    const layer = join(this.place.folder, name, "layer");
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
      join(this.place.folder, name, "config"),
      [
        `lxc.uts.name = ${name}`,
        `lxc.rootfs.path = overlay:${this.place.rootfs}:${delta}`,
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
