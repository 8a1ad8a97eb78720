import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { missingPrograms } from "../../../images/host-programs";
import { buildMicroImage } from "../../../images/micro/build";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("the image micro", () => {
  const newFolder = temporaryFolders();
  let folder: string;
  let tarball: string;

  before(async () => {
    folder = await newFolder();
    tarball = join(folder, "micro.tar");
    await buildMicroImage(tarball);
  });

  async function listing(): Promise<string[]> {
    return (await execa("tar", ["--list", "--verbose", `--file=${tarball}`])).stdout.split("\n");
  }

  it("has identical bytes when it is built again with another umask", async () => {
    const again = join(folder, "again.tar");
    const umask = process.umask(0o077);
    try {
      await buildMicroImage(again);
    } finally {
      process.umask(umask);
    }
    assert.ok((await readFile(again)).equals(await readFile(tarball)));
  });

  it("has a size of a few megabytes", async () => {
    assert.ok((await stat(tarball)).size < 16e6);
  });

  it("belongs to root completely, and has an init, a shell and no host key", async () => {
    const lines = await listing();
    assert.ok(lines.every((line) => line.includes(" 0/0 ")));
    assert.ok(lines.some((line) => /^-rwxr-xr-x .* \.\/usr\/sbin\/init$/.test(line)));
    assert.ok(lines.some((line) => line.endsWith("./usr/bin/sh -> busybox")));
    assert.ok(lines.some((line) => /^-rwxr-xr-x .* \.\/usr\/bin\/scp$/.test(line)));
    assert.ok(!lines.some((line) => line.includes("host_key")));
  });

  it("contains every library that its programs load", async () => {
    const root = join(folder, "root");
    await execa("mkdir", [root]);
    await execa("tar", ["--extract", `--file=${tarball}`, `--directory=${root}`]);
    for (const program of ["/usr/bin/bash --version", "/usr/sbin/dropbear -V", "/usr/bin/busybox true"]) {
      await execa("chroot", [root, ...program.split(" ")]);
    }
  });

  it("leaves no file except the tarball, even if writing it fails", async () => {
    await assert.rejects(buildMicroImage(join(folder, "no-such-folder", "micro.tar")));
    assert.ok(!(await readdir(folder)).some((name) => name.includes("unfinished")));
  });
});

describe("the programs that an image needs", () => {
  it("are named if they are missing", async () => {
    const present = { path: "/bin/sh", debianPackage: "dash", purpose: "a shell" };
    const missing = { path: "/no/such/program", debianPackage: "none", purpose: "nothing" };
    assert.deepEqual(await missingPrograms([present, missing]), [missing]);
  });
});
