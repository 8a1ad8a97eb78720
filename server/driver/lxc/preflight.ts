import { readFile, stat, statfs } from "node:fs/promises";
import { release, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { isInside } from "../../support/ordinary-user";
import type { Finding } from "../driver";
import { parseMounts, unifiedRemedy } from "./cgroups/hierarchies";
import { findProgram, programs } from "./commands/programs";
import { lxcfsAdvice } from "./configuration/lxcfs";
import { readDiskSupport } from "./disk/support";
import { hasOverlay } from "./images/overlay";
import { lowKernelLimits } from "./kernel/kernel-limits";
import { controllers } from "./limits";

/** The inputs of the checks. */
export interface PreflightOptions {
  /** The future folder of the driver's files. It need not exist. */
  readonly folder: string;
  /** The root under which /proc and /lib/modules are read. Default: `/`. */
  readonly root?: string;
  /** Default: those of this process and this kernel. */
  readonly userId?: number;
  readonly kernel?: string;
  /** Whether an instance type limits the disk. Default: no. */
  readonly diskLimits?: boolean;
  /** Whether to add what is not necessary. Default: no. */
  readonly optional?: boolean;
}

type Look = Required<PreflightOptions>;
type Check = (look: Look) => Finding[] | Promise<Finding[]>;

/** The first version with `cgroup.kill`. Overlayfs in user namespaces is older (5.11). */
const oldestKernel = [5, 14] as const;
/** statfs(2) */
const overlayFileSystem = 0x794c7630;

/** Returns what this host lacks to run containers, each with the remedy; empty if it lacks nothing. Changes nothing. */
export async function preflight(options: PreflightOptions): Promise<Finding[]> {
  const look = {
    root: "/",
    userId: process.getuid?.() ?? -1,
    kernel: release(),
    diskLimits: false,
    optional: false,
    ...options,
  };
  const findings = await Promise.all(checks.map(async (check) => await check(look)));
  return findings.flat();
}

const checks: readonly Check[] = [
  ({ userId }) =>
    userId === 0
      ? []
      : [
          {
            lacking: "the daemon does not run as root; only root can create containers with networks",
            remedy: `start it as root, or let root allow it once: mccserver --setup-user ${userName(userId)}`,
          },
        ],

  () =>
    programs
      .filter(({ program }) => findProgram(program) === undefined)
      .map(({ program, package: name, purpose }) => ({
        lacking: `${program} is not installed; ${purpose}`,
        remedy: `apt install ${name}`,
      })),

  ({ kernel }) => {
    const [major = 0, minor = 0] = kernel.split(".").map(Number);
    const [oldestMajor, oldestMinor] = oldestKernel;
    return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
      ? []
      : [
          {
            lacking: `the kernel is ${kernel}; cgroup.kill, which ends containers, needs Linux ${oldestKernel.join(".")}`,
            remedy: `boot Linux ${oldestKernel.join(".")} or later`,
          },
        ];
  },

  async ({ root }) =>
    (await hasOverlay(root)) !== "absent"
      ? []
      : [
          {
            lacking: "the kernel has no overlayfs; it combines a container's changes with its image",
            remedy: "boot a kernel with CONFIG_OVERLAY_FS, such as the distribution's own",
          },
        ],

  async ({ root }) => {
    const limit = await readIfThere(join(root, "proc/sys/user/max_user_namespaces"));
    return Number(limit ?? 0) > 0
      ? []
      : [
          {
            lacking: "user namespaces are switched off; they confine root in containers",
            remedy:
              limit === undefined
                ? "boot a kernel with CONFIG_USER_NS, such as the distribution's own"
                : "sysctl -w user.max_user_namespaces=65536",
          },
        ];
  },

  async ({ root }) => await lackingCgroups(root),
  // The driver creates and closes the folder itself.
  async ({ folder }) => await lackingPassage(dirname(folder)),

  ({ folder, diskLimits }) => {
    const support = diskLimits ? readDiskSupport(folder) : undefined;
    return support !== undefined && "lacks" in support ? [support.lacks] : [];
  },

  async ({ optional }) => (optional ? await lxcfsAdvice() : []),
  async ({ optional }) => (optional && isInside() ? await lowKernelLimits() : []),

  ({ folder }) =>
    /^[^:,\\\s]*$/.test(folder)
      ? []
      : [
          {
            lacking: `the folder ${folder} contains a special character of overlayfs (: , \\ or white space)`,
            remedy: "choose another with --state-dir",
          },
        ],

  async ({ folder }) =>
    (await statfs(await nearestExisting(folder))).type === overlayFileSystem
      ? [
          {
            lacking: `the folder ${folder} is on an overlay, and the kernel supports no overlay on it`,
            remedy: "choose one on a disk with --state-dir",
          },
        ]
      : [],
];

function userName(userId: number): string {
  try {
    const { uid, username } = userInfo();
    return uid === userId ? username : "NAME";
  } catch {
    // A user id without a name.
    return "NAME";
  }
}

async function lackingCgroups(root: string): Promise<Finding[]> {
  const { unified, old } = parseMounts(await readFile(join(root, "proc/self/mountinfo"), "utf8"));
  if (unified === undefined) {
    return [
      {
        lacking: "no cgroup hierarchy of version 2 is mounted; it shows which containers run",
        remedy: unifiedRemedy,
      },
    ];
  }
  const withUnified = (await readIfThere(join(root, unified, "cgroup.controllers"))) ?? "";
  const there = new Set([
    ...withUnified.trim().split(" "),
    ...old.flatMap((hierarchy) => hierarchy.controllers),
  ]);
  return controllers
    .filter((controller) => !there.has(controller))
    .map((controller) => ({
      lacking: `the cgroup controller "${controller}" is missing; it enforces instance types`,
      remedy: `boot with cgroup_enable=${controller} on the kernel's command line`,
    }));
}

/** The containers' root, an unprivileged user of the host, must reach its files. */
async function lackingPassage(folder: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let next = await nearestExisting(folder); ; next = dirname(next)) {
    if (((await stat(next)).mode & 0o001) === 0) {
      findings.push({
        lacking: `the folder ${next} is closed to other users; containers have their files below it`,
        remedy: `chmod o+x ${next}, or choose another folder with --state-dir`,
      });
    }
    if (next === dirname(next)) {
      return findings;
    }
  }
}

async function nearestExisting(folder: string): Promise<string> {
  const there = await unlessErrno(stat(folder), "ENOENT");
  return there === undefined ? await nearestExisting(dirname(folder)) : folder;
}

async function readIfThere(path: string): Promise<string | undefined> {
  return await unlessErrno(readFile(path, "utf8"), "ENOENT");
}
