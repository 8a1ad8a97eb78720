import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { ExecaError, execa } from "execa";
import { programs } from "../images/micro/parts";
import { MccError, messageOf } from "../protocol/error";
import type { Say, Work } from "./step";

interface DebianPackage {
  readonly name: string;
  readonly purpose: string;
  /** A program of the package, whose existence shows that the package is installed. */
  readonly program: string;
}

const ownPackages: readonly DebianPackage[] = [
  { name: "lxc", purpose: "runs the containers", program: "/usr/bin/lxc-start" },
  { name: "iproute2", purpose: "creates the hosts' bridge", program: "/bin/ip" },
  { name: "nftables", purpose: "sets the hosts' firewall rules", program: "/usr/sbin/nft" },
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
export async function installPackages(_work: Work, say: Say): Promise<string> {
  const missing = await missingPackages();
  if (missing.length === 0) {
    return packages.map(({ name }) => name).join(", ");
  }
  missing.forEach(({ name, purpose }) => say(`installing ${name}: ${purpose}`));
  await apt(["update", "-q"]);
  await apt(["install", ...aptOptions, ...missing.map(({ name }) => name)]);
  return `installed ${missing.map(({ name }) => name).join(", ")}`;
}

export async function missingPackages(): Promise<DebianPackage[]> {
  const present = await Promise.all(packages.map(({ program }) => isProgram(program)));
  return packages.filter((_, index) => !present[index]);
}

export function hasAptGet(): Promise<boolean> {
  return isProgram(aptGet);
}

async function apt(words: string[]): Promise<void> {
  try {
    await execa(aptGet, words, { all: true, env: { DEBIAN_FRONTEND: "noninteractive" } });
  } catch (error) {
    const said = error instanceof ExecaError ? String(error.all) : "";
    const reasons = said.split("\n").filter((line) => line.startsWith("E: "));
    throw new MccError(
      "unavailable",
      `apt-get ${words[0]} failed: ${reasons.join(" ") || messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
