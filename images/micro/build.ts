import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { packageFolder } from "../../protocol/package-folder";
import { requirePrograms } from "../host-programs";
import { lacksWgetTimeout, withRenamedWget } from "./busybox";
import { withoutSlowSource } from "./dropbear";
import { librariesOf } from "./libraries";
import { busybox, folders, links, programs, sshServer, terminals } from "./parts";

/** The image's own files, which are in the source folder. */
const ownFiles = join(packageFolder(), "images", "micro", "root");

/** The time of every file, so that the same packages result in an identical tarball. */
const fileTime = "2025-01-01T00:00:00Z";

/**
 * Builds the stock image `micro` from programs of this host's Debian packages: busybox, bash, and dropbear, which
 * accepts only keys in `/root/.ssh/authorized_keys`. An instance gets its host key when it is created. The build needs
 * no root, and takes about a second.
 *
 * @param tarballPath the path of the image, which is written completely or not at all.
 * @throws MccError `unavailable` that names the packages to install.
 */
export async function buildMicroImage(tarballPath: string): Promise<void> {
  await requirePrograms("micro", programs);
  const root = await mkdtemp(join(tmpdir(), "minicloud-micro-"));
  try {
    await fill(root);
    await pack(root, tarballPath);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function fill(root: string): Promise<void> {
  await cp(ownFiles, root, { recursive: true });
  for (const { path } of folders) {
    await mkdir(join(root, path), { recursive: true });
  }
  for (const { path, as = path } of programs) {
    await addFile(root, path, as);
  }
  for (const library of await librariesOf(programs)) {
    await addFile(root, library, library);
  }
  for (const terminal of terminals) {
    await addFile(root, terminal, terminal);
  }
  await replaceWget(root);
  await replaceSshServer(root);
  await addCommands(root);
  for (const { path, to } of links) {
    await symlink(to, join(root, path));
  }
  await setModes(root);
}

/** Copies a file. `/bin/bash` becomes `/usr/bin/bash`, because `/bin` is a link, as on the host. */
async function addFile(root: string, from: string, to: string): Promise<void> {
  const target = join(root, to.replace(/^\/(bin|sbin|lib\w*)\//, "/usr/$1/"));
  await mkdir(dirname(target), { recursive: true });
  await copyFile(from, target);
}

/** Lets the image's own wget, a script, take the place of one that crashes. Otherwise the script is not needed. */
async function replaceWget(root: string): Promise<void> {
  const { stdout, stderr } = await execa(busybox, ["wget", "--help"], { reject: false });
  const path = join(root, "usr", "bin", "busybox");
  const renamed = lacksWgetTimeout(stdout + stderr) ? withRenamedWget(await readFile(path)) : undefined;
  if (renamed === undefined) {
    await rm(join(root, "usr", "bin", "wget"));
  } else {
    await writeFile(path, renamed);
  }
}

async function replaceSshServer(root: string): Promise<void> {
  const path = join(root, sshServer);
  const changed = withoutSlowSource(await readFile(path));
  if (changed !== undefined) {
    await writeFile(path, changed);
  }
}

/** Adds a link for each command of busybox that no other program in the image provides. */
async function addCommands(root: string): Promise<void> {
  const { stdout } = await execa(busybox, ["--list"]);
  const folder = join(root, "usr", "bin");
  const taken = new Set(["init", ...(await readdir(folder))]);
  for (const command of stdout.split("\n").filter((name) => !taken.has(name))) {
    await symlink("busybox", join(folder, command));
  }
}

/** Sets all modes, so that they do not depend on the umask and the checkout. */
async function setModes(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) {
      await chmod(path, 0o755);
    } else if (entry.isFile()) {
      const isProgram = ((await stat(path)).mode & 0o100) !== 0;
      await chmod(path, isProgram ? 0o755 : 0o644);
    }
  }
  for (const { path, mode } of folders) {
    await chmod(join(root, path), mode);
  }
}

async function pack(root: string, tarballPath: string): Promise<void> {
  const unfinished = `${tarballPath}.unfinished`;
  try {
    await execa("tar", [
      "--create",
      `--file=${unfinished}`,
      `--directory=${root}`,
      "--sort=name",
      `--mtime=${fileTime}`,
      "--owner=0",
      "--group=0",
      "--numeric-owner",
      ".",
    ]);
    await rename(unfinished, tarballPath);
  } finally {
    await rm(unfinished, { force: true });
  }
}
