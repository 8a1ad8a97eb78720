import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasSshServer } from "../../../server/driver/ssh-server";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("an SSH server in a root file system", () => {
  const newFolder = temporaryFolders();

  async function rootWith(...files: string[]): Promise<string> {
    const root = await newFolder();
    for (const file of files) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), "");
    }
    return root;
  }

  it("is OpenSSH or Dropbear, in the usual paths of distributions", async () => {
    for (const path of ["usr/sbin/sshd", "usr/sbin/dropbear", "sbin/dropbear", "usr/local/sbin/sshd"]) {
      assert.equal(await hasSshServer(await rootWith(path)), true, path);
    }
  });

  it("may be behind links, but not outside of the root", async () => {
    const root = await rootWith("usr/bin/sshd");
    await symlink("bin", join(root, "usr/sbin"));
    await symlink("usr/sbin", join(root, "sbin"));
    assert.equal(await hasSshServer(root), true);

    const other = await rootWith("bin/sh");
    await symlink(join(root, "usr"), join(other, "usr"));
    assert.equal(await hasSshServer(other), false);
  });

  it("may be missing", async () => {
    assert.equal(await hasSshServer(await rootWith("bin/sh", "etc/ssh/sshd_config")), false);
  });
});
