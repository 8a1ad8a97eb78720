import { join } from "node:path";
import { MccError } from "../../../../protocol/error";
import { isExecutable } from "../../../support/program-path";

/** The programs of engine commands, and the Debian packages that contain them. */
export const programs = [
  { program: "lxc-start", package: "lxc", purpose: "it starts the containers" },
  { program: "lxc-stop", package: "lxc", purpose: "it shuts the containers down" },
  { program: "lxc-attach", package: "lxc", purpose: "it runs commands in the containers" },
  { program: "lxc-usernsexec", package: "lxc", purpose: "it unpacks images with the containers' user ids" },
  { program: "ip", package: "iproute2", purpose: "it creates the containers' bridge" },
  {
    program: "nft",
    package: "nftables",
    purpose: "it filters broadcasts on the bridge, and translates addresses",
  },
  { program: "tar", package: "tar", purpose: "it unpacks images" },
  { program: "sync", package: "coreutils", purpose: "it writes images to the disk" },
  { program: "du", package: "coreutils", purpose: "it measures images" },
  {
    program: "mknod",
    package: "coreutils",
    purpose: "it creates /dev/net/tun and /dev/fuse of the containers",
  },
  {
    program: "nsenter",
    package: "util-linux",
    purpose: "it gives our LXC commands a configuration of their own",
  },
  {
    program: "unshare",
    package: "util-linux",
    purpose: "it gives our LXC commands a configuration of their own",
  },
] as const;

export type Program = (typeof programs)[number]["program"] | OptionalProgram;

/** Programs that only some hosts need. Their users say what to install. */
type OptionalProgram = "modprobe" | "btrfs" | "chattr" | "lsattr" | "setquota";

/** Returns the path of a program on the current PATH, or undefined. */
export function findProgram(program: Program): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(":")
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

/** Returns the path of a program. @throws MccError `engine` if the PATH does not contain it. */
export function requireProgram(program: Program): string {
  const path = findProgram(program);
  if (path === undefined) {
    const row = programs.find((candidate) => candidate.program === program);
    const remedy = row === undefined ? "" : `; install it: apt install ${row.package}`;
    throw new MccError("engine", `${program} is not on the PATH (${process.env["PATH"] ?? ""})${remedy}.`);
  }
  return path;
}
