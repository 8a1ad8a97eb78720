import { existsSync } from "node:fs";
import { join } from "node:path";
import { compileStarter } from "../../scripts/build.mjs";
import { checkout } from "../../scripts/checkout.mjs";
import { runCommand } from "./command.mjs";

/** The packages that only tests need, in addition to those of the quickstart. */
const testPackages = [
  // The shell of the fake OpenVZ's containers.
  { name: "bash-static", program: "/bin/bash-static" },
  // Makes a file system that limits folders.
  { name: "btrfs-progs", program: "/usr/bin/btrfs" },
  // The browser of the dashboard's tests, and a font.
  { name: "chromium", program: "/usr/bin/chromium" },
  { name: "fonts-dejavu-core", program: "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf" },
  // Compile the program that starts LXC containers.
  { name: "gcc", program: "/usr/bin/cc" },
  { name: "libc6-dev", program: "/usr/include/stdlib.h" },
  { name: "lxc-dev", program: "/usr/include/lxc/lxccontainer.h" },
  // Unpacks the package for RPM.
  { name: "cpio", program: "/usr/bin/cpio" },
  { name: "rpm2cpio", program: "/usr/bin/rpm2cpio" },
  // The engine of the driver incus.
  { name: "lxd", program: "/usr/bin/lxd" },
  // Shows containers their own limits.
  { name: "lxcfs", program: "/usr/bin/lxcfs" },
  // Makes the image of a whole distribution.
  { name: "mmdebstrap", program: "/usr/bin/mmdebstrap" },
  // Runs what ordinary users' daemons may do as root.
  { name: "sudo", program: "/usr/bin/sudo" },
];

/** Whether this user can make containers here. */
export function canMakeContainers() {
  return process.platform === "linux" && process.getuid() === 0;
}

/** Installs what containers, the engine and their tests need. */
export async function prepareMachine() {
  const prepare = [join(checkout, "dist", "quickstart", "main.js"), "--prepare"];
  await orFail("what containers and the engine need", process.execPath, prepare);
  const missing = testPackages.filter(({ program }) => !existsSync(program)).map(({ name }) => name);
  if (missing.length > 0) {
    await orFail("what only tests need", "apt-get", [
      "install",
      "-q",
      "-y",
      "--no-install-recommends",
      ...missing,
    ]);
  }
  compileStarter();
}

async function orFail(title, file, words) {
  if (!(await runCommand(title, file, words, { live: true })).succeeded) {
    throw new Error(`This machine could not be given ${title}.`);
  }
}
