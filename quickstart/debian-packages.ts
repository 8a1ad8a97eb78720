import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { ExecaError, execa } from "execa";
import { programs } from "../images/micro/parts";
import { MccError, messageOf } from "../protocol/error";
import type { DriverName } from "./options";
import type { Say, Work } from "./step";

interface DebianPackage {
  readonly name: string;
  readonly purpose: string;
  /** A program of the package, whose existence shows that the package is installed. */
  readonly program: string;
  /** The drivers that need it. Default: all with real hosts. */
  readonly drivers?: readonly DriverName[];
}

const ownPackages: readonly DebianPackage[] = [
  { name: "lxc", purpose: "runs the containers", program: "/usr/bin/lxc-start", drivers: ["lxc"] },
  { name: "iproute2", purpose: "creates the hosts' bridge", program: "/bin/ip", drivers: ["lxc"] },
  { name: "nftables", purpose: "sets the hosts' firewall rules", program: "/usr/sbin/nft", drivers: ["lxc"] },
  { name: "openssh-client", purpose: "logs in to the hosts", program: "/usr/bin/ssh" },
];

const packages: readonly DebianPackage[] = [
  ...ownPackages,
  ...programs
    .filter(({ debianPackage }) => ownPackages.every(({ name }) => name !== debianPackage))
    .map(({ debianPackage, purpose, path }) => ({
      name: debianPackage,
      purpose: `${purpose} of the image micro`,
      program: path,
    })),
];

const aptGet = "/usr/bin/apt-get";
const aptOptions = ["-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"];

/** Installs the missing Debian packages, and reports each with its purpose. */
export async function installPackages({ options: { driver } }: Work, say: Say): Promise<string> {
  const missing = await missingPackages(driver);
  if (missing.length === 0) {
    return packagesFor(driver)
      .map(({ name }) => name)
      .join(", ");
  }
  if (process.getuid?.() !== 0) {
    throw new MccError(
      "unavailable",
      `The image micro needs packages of this machine; install them as root: apt-get install ${missing.map(({ name }) => name).join(" ")}`,
    );
  }
  missing.forEach(({ name, purpose }) => say(`installing ${name}: ${purpose}`));
  await apt(["update"]);
  await apt(["install", ...missing.map(({ name }) => name)]);
  return `installed ${missing.map(({ name }) => name).join(", ")}`;
}

export async function missingPackages(driver: DriverName): Promise<DebianPackage[]> {
  const needed = packagesFor(driver);
  const present = await Promise.all(needed.map(({ program }) => isProgram(program)));
  return needed.filter((_, index) => !present[index]);
}

function packagesFor(driver: DriverName): DebianPackage[] {
  return packages.filter(({ drivers }) => drivers?.includes(driver) ?? true);
}

export function hasAptGet(): Promise<boolean> {
  return isProgram(aptGet);
}

/** Runs apt-get without questions. @throws MccError `unavailable` with its reasons. */
export async function apt([command = "", ...words]: readonly string[]): Promise<void> {
  try {
    await execa(aptGet, [command, ...aptOptions, ...words], {
      all: true,
      env: { DEBIAN_FRONTEND: "noninteractive" },
    });
  } catch (error) {
    const said = error instanceof ExecaError ? String(error.all) : "";
    const reasons = said.split("\n").filter((line) => line.startsWith("E: "));
    throw new MccError("unavailable", `apt-get ${command} failed: ${reasons.join(" ") || messageOf(error)}`, {
      cause: error,
    });
  }
}

export function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
