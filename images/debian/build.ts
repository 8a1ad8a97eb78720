import { rename, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { MccError } from "../../protocol/error";
import { requirePrograms } from "../host-programs";

export interface DebianOptions {
  /** `bookworm`, or any other that mmdebstrap can make. */
  readonly suite: string;
  /** Where the packages come from. Default: mmdebstrap's own choice, for Debian's suites deb.debian.org. */
  readonly mirror?: string | undefined;
  /** Is told what begins, a few words at a time. */
  readonly onProgress?: ((doing: string) => void) | undefined;
}

const mmdebstrap = {
  path: "/usr/bin/mmdebstrap",
  debianPackage: "mmdebstrap",
  purpose: "it makes a root file system of Debian's packages",
};

/** Beside what is essential, and what it is for. */
const packages = [
  "systemd-sysv", // the first process
  "dbus", // systemctl's way to it
  "openssh-server",
  "iproute2",
  "iputils-ping",
  "python3", // Ansible's modules
];

/**
 * What is an instance's own, or this host's: mmdebstrap copies the host's name and resolvers. A machine that finds
 * its `machine-id` empty makes one.
 */
const forget = [
  'rm --force "$1"/etc/ssh/ssh_host_* "$1"/etc/hostname "$1"/etc/resolv.conf',
  'truncate --size=0 "$1"/etc/machine-id',
];

/**
 * Builds an image of a Debian release: systemd, OpenSSH and what a test fleet's tools expect, from Debian's own
 * packages. Its host key is put in when an instance is made. Takes some twenty seconds with a near mirror.
 *
 * @param tarballPath is written whole or not at all.
 * @throws MccError `unavailable` that names the package to install, or with mmdebstrap's words.
 */
export async function buildDebianImage(
  tarballPath: string,
  { suite, mirror, onProgress }: DebianOptions,
): Promise<void> {
  await requirePrograms(suite, [mmdebstrap]);
  const unfinished = `${tarballPath}.unfinished`;
  try {
    await run(
      [
        ...["--variant=minbase", "--format=tar", `--include=${packages.join(",")}`],
        ...forget.map((hook) => `--customize-hook=${hook}`),
        ...[suite, unfinished, ...(mirror === undefined ? [] : [mirror])],
      ],
      onProgress,
    );
    await rename(unfinished, tarballPath);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** mmdebstrap says what it does in lines that begin with `I: `, and what failed in ones with `E: `. */
async function run(words: readonly string[], onProgress: DebianOptions["onProgress"]): Promise<void> {
  const child = execa("mmdebstrap", words, { reject: false, stdin: "ignore", env: { LC_ALL: "C" } });
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.startsWith("I: ")) {
      onProgress?.(line.slice("I: ".length));
    }
  });
  const { failed, stderr, shortMessage } = await child;
  if (failed) {
    const reasons = [...stderr.matchAll(/^\s*E: (.*)$/gm)].map(([, reason]) => reason);
    throw new MccError("unavailable", `mmdebstrap failed: ${reasons.join("; ") || shortMessage}`);
  }
}
