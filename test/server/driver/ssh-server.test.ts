import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { filesForServers, sshServersIn } from "../../../server/driver/ssh-server";
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
    for (const path of ["usr/sbin/sshd", "usr/local/sbin/sshd"]) {
      assert.deepEqual(await sshServersIn(await rootWith(path)), ["openssh"], path);
    }
    for (const path of ["usr/sbin/dropbear", "sbin/dropbear"]) {
      assert.deepEqual(await sshServersIn(await rootWith(path)), ["dropbear"], path);
    }
    assert.deepEqual(await sshServersIn(await rootWith("sbin/dropbear", "bin/sshd")), [
      "openssh",
      "dropbear",
    ]);
  });

  it("may be behind links, but not outside of the root", async () => {
    const root = await rootWith("usr/bin/sshd");
    await symlink("bin", join(root, "usr/sbin"));
    await symlink("usr/sbin", join(root, "sbin"));
    assert.deepEqual(await sshServersIn(root), ["openssh"]);

    const other = await rootWith("bin/sh");
    await symlink(join(root, "usr"), join(other, "usr"));
    assert.deepEqual(await sshServersIn(other), []);
  });

  it("may be missing", async () => {
    assert.deepEqual(await sshServersIn(await rootWith("bin/sh", "etc/ssh/sshd_config")), []);
  });

  it("gets its host key, and no other server's; an image without any gets all", () => {
    const file = { content: Buffer.alloc(0), mode: 0o600 };
    const own = { ...file, path: "/root/.ssh/authorized_keys" };
    const open = { ...file, path: "/etc/ssh/ssh_host_ed25519_key", readBy: "openssh" } as const;
    const dropbear = {
      ...file,
      path: "/etc/dropbear/dropbear_ed25519_host_key",
      readBy: "dropbear",
    } as const;
    const files = [open, dropbear, own];
    assert.deepEqual(filesForServers(files, ["openssh"]), [open, own]);
    assert.deepEqual(filesForServers(files, ["dropbear"]), [dropbear, own]);
    for (const installed of [undefined, [], ["openssh", "dropbear"] as const]) {
      assert.deepEqual(filesForServers(files, installed), files);
    }
  });
});
