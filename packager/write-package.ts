import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Format, Options } from "./options";
import { packageWriter } from "./runtime";

const run = promisify(execFile);

/**
 * The distributions' packages that the daemon, its drivers and `mcc build-image` need. `mccserver --check` names what is missing.
 * A package of Debian does not name the essential ones, which each host has.
 */
const needs = {
  deb: {
    depends: ["libc6 (>= 2.28)", "libstdc++6", "iproute2", "passwd"],
    recommends: [
      "lxc",
      "nftables",
      "openssh-client",
      "busybox-static | busybox",
      "dropbear-bin",
      "openssh-sftp-server",
    ],
    suggests: ["lxcfs", "btrfs-progs", "quota"],
  },
  rpm: {
    depends: ["glibc >= 2.28", "libstdc++", "iproute", "shadow-utils", "tar", "util-linux"],
    recommends: ["lxc", "nftables", "openssh-clients"],
    suggests: ["lxcfs", "btrfs-progs", "quota"],
  },
} as const satisfies Record<Format, object>;

interface Writing extends Options {
  readonly checkout: string;
  /** Contains `root`, the files of the package. */
  readonly folder: string;
  readonly format: Format;
}

/** Writes one package from the staged files. @returns its path. */
export async function writePackage({ checkout, folder, format, ...options }: Writing): Promise<string> {
  const { arch, version } = options;
  const target = join(resolve(options.output), `minicloud_${version}_${arch}.${format}`);
  const scripts = await writeScripts(
    join(checkout, "packaging", "scripts"),
    join(folder, "scripts"),
    version,
  );
  const configuration = join(folder, `nfpm-${format}.json`);
  const content = {
    name: "minicloud",
    arch,
    platform: "linux",
    version,
    section: "admin",
    priority: "optional",
    maintainer: "The maintainers of MiniCloud",
    description:
      "Disposable test fleets of real Linux hosts\nA daemon that creates test hosts, and its commands.",
    license: "GPL-3.0-or-later",
    ...needs[format],
    contents: [
      { src: join(folder, "root"), dst: "/", type: "tree" },
      {
        src: join(checkout, "packaging", "minicloud.default"),
        dst: "/etc/default/minicloud",
        type: "config|noreplace",
      },
    ],
    scripts: {
      preinstall: join(scripts, "before-install.sh"),
      postinstall: join(scripts, "after-install.sh"),
      preremove: join(scripts, "before-remove.sh"),
      postremove: join(scripts, "after-remove.sh"),
    },
    deb: { compression: "zstd" },
    rpm: { compression: "zstd" },
  };
  await writeFile(configuration, JSON.stringify(content));
  const words = ["package", "--config", configuration, "--packager", format, "--target", target];
  await run(await packageWriter(), words);
  return target;
}

/** Puts the version into the scripts of the package. @returns the folder to which they are written. */
async function writeScripts(from: string, to: string, version: string): Promise<string> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    const text = await readFile(join(from, name), "utf8");
    await writeFile(join(to, name), text.replaceAll("@VERSION@", version));
  }
  return to;
}
