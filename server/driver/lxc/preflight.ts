import { readFile, stat, statfs } from "node:fs/promises";
import { release } from "node:os";
import { dirname, join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import type { Finding } from "../driver";
import { parseMounts, unifiedRemedy } from "./cgroups/hierarchies";
import { findProgram, programs } from "./commands/programs";
import { hasOverlay } from "./images/overlay";
import { controllers } from "./limits";

/** What the checks look at. */
export interface PreflightOptions {
  /** Where the driver's files will be; it need not exist. */
  readonly folder: string;
  /** The root under which /proc and /lib/modules are read. Default: `/`. */
  readonly root?: string;
  /** Default: this process's and this kernel's. */
  readonly userId?: number;
  readonly kernel?: string;
}

type Look = Required<PreflightOptions>;
type Check = (look: Look) => Finding[] | Promise<Finding[]>;

/** `cgroup.kill` came with it; overlayfs in user namespaces is older (5.11). */
const oldestKernel = [5, 14] as const;
/** statfs(2) */
const overlayFileSystem = 0x794c7630;

/** What this host lacks for running containers, each with what mends it; empty when nothing. Changes nothing. */
export async function preflight(options: PreflightOptions): Promise<Finding[]> {
  const look = { root: "/", userId: process.getuid?.() ?? -1, kernel: release(), ...options };
  const findings = await Promise.all(checks.map(async (check) => await check(look)));
  return findings.flat();
}

const checks: readonly Check[] = [
  ({ userId }) =>
    userId === 0
      ? []
      : [
          {
            lacking: "the daemon does not run as root; only root can make containers with networks",
            remedy: "start it as root",
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
            lacking: `the kernel is ${kernel}; containers are ended by what Linux ${oldestKernel.join(".")} brought`,
            remedy: `boot Linux ${oldestKernel.join(".")} or later`,
          },
        ];
  },

  async ({ root }) =>
    (await hasOverlay(root)) !== "absent"
      ? []
      : [
          {
            lacking: "the kernel has no overlayfs; containers lie over their image by it",
            remedy: "boot a kernel with CONFIG_OVERLAY_FS, such as the distribution's own",
          },
        ],

  async ({ root }) => {
    const limit = await readIfThere(join(root, "proc/sys/user/max_user_namespaces"));
    return Number(limit ?? 0) > 0
      ? []
      : [
          {
            lacking: "user namespaces are switched off; containers have root's powers in theirs only",
            remedy:
              limit === undefined
                ? "boot a kernel with CONFIG_USER_NS, such as the distribution's own"
                : "sysctl -w user.max_user_namespaces=65536",
          },
        ];
  },

  async ({ root }) => await lackingCgroups(root),
  // The folder itself is the driver's to open and to close.
  async ({ folder }) => await lackingPassage(dirname(folder)),

  ({ folder }) =>
    /^[^:,\\\s]*$/.test(folder)
      ? []
      : [
          {
            lacking: `the folder ${folder} has a character that overlayfs takes for its own (: , \\ or white space)`,
            remedy: "choose another with --state-dir",
          },
        ],

  async ({ folder }) =>
    (await statfs(await nearestExisting(folder))).type === overlayFileSystem
      ? [
          {
            lacking: `the folder ${folder} lies on an overlay, over which there can be no other`,
            remedy: "choose one on a disk with --state-dir",
          },
        ]
      : [],
];

async function lackingCgroups(root: string): Promise<Finding[]> {
  const { unified, old } = parseMounts(await readFile(join(root, "proc/self/mountinfo"), "utf8"));
  if (unified === undefined) {
    return [
      { lacking: "no cgroup hierarchy of version 2 is mounted; it tells what runs", remedy: unifiedRemedy },
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
      lacking: `the cgroup controller "${controller}" is not there; it enforces instance types`,
      remedy: `boot with cgroup_enable=${controller} on the kernel's command line`,
    }));
}

/** The containers' root, who is nobody on the host, must get to its files. */
async function lackingPassage(folder: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let next = await nearestExisting(folder); ; next = dirname(next)) {
    if (((await stat(next)).mode & 0o001) === 0) {
      findings.push({
        lacking: `the folder ${next} lets only its owner in; containers have their files below it`,
        remedy: `chmod o+x ${next}, or choose a folder elsewhere with --state-dir`,
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
