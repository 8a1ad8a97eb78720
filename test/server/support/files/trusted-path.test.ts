import assert from "node:assert/strict";
import { closeSync, writeFileSync } from "node:fs";
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { acquireStateLock } from "../../../../server/cloud/state/lock";
import { openNew, replaceFile } from "../../../../server/support/files/json-file";
import { refuseUntrustedPath } from "../../../../server/support/files/trusted-path";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/files/temporary-folder";

const subject = { what: "the state folder", remedy: "choose a folder elsewhere with --state-dir" };

describe("a path that the daemon writes to", () => {
  const newFolder = temporaryFolders();
  let folder = "";
  beforeEach(async () => {
    folder = await newFolder();
  });

  it("is accepted if only this user and root can write, also if it is missing or behind their link", async () => {
    await mkdir(join(folder, "real"));
    await symlink("real", join(folder, "link"));
    await symlink(join(folder, "link"), join(folder, "absolute"));
    for (const path of ["real", "real/missing/deep", "link", "absolute/missing", "missing"]) {
      await refuseUntrustedPath(join(folder, path), subject);
    }
  });

  it("is refused if everyone may write to it or to a parent", async () => {
    const open = join(folder, "open");
    await mkdir(join(open, "state"), { recursive: true });
    await chmod(open, 0o777);
    const words =
      /^Everyone may write to \S+\/open, so the state folder cannot be trusted.*chmod o-w \S+open\), or choose.*--state-dir\.$/;
    await assertMccError(refuseUntrustedPath(open, subject), "conflict", words);
    await assertMccError(refuseUntrustedPath(join(open, "state"), subject), "conflict", words);
    await symlink(open, join(folder, "link"));
    await assertMccError(refuseUntrustedPath(join(folder, "link", "state"), subject), "conflict", words);
  });

  it("may be in a folder such as /tmp, in which only owners can replace entries", async () => {
    const shared = join(folder, "shared");
    await mkdir(join(shared, "state"), { recursive: true });
    await chmod(shared, 0o1777);
    await refuseUntrustedPath(join(shared, "state"), subject);
    await assertMccError(refuseUntrustedPath(shared, subject), "conflict", /^Everyone may write/);
  });

  it("is refused if links form a loop", async () => {
    await symlink("two", join(folder, "one"));
    await symlink("one", join(folder, "two"));
    await assertMccError(refuseUntrustedPath(join(folder, "one"), subject), "conflict", /more than 40 links/);
  });
});

describe("a link in the place of a daemon's file", () => {
  const newFolder = temporaryFolders();
  let folder = "";
  let victim = "";
  beforeEach(async () => {
    folder = await newFolder();
    victim = join(await newFolder(), "victim");
    await writeFile(victim, "precious\n", { mode: 0o644 });
  });
  afterEach(async () => {
    assert.equal(await readFile(victim, "utf8"), "precious\n");
    assert.equal((await stat(victim)).mode & 0o777, 0o644);
  });

  it("is replaced when the file is written, also in the place of the temporary file", async () => {
    const path = join(folder, "token");
    for (const planted of [path, `${path}.new`]) {
      await symlink(victim, planted);
      await replaceFile(path, "text", 0o600);
      assert.equal(await readFile(path, "utf8"), "text");
    }
  });

  it("is replaced by a new file, like the remains of a crash", async () => {
    const path = join(folder, "file");
    for (const plant of [() => symlink(victim, path), () => writeFile(path, "half")]) {
      await plant();
      const descriptor = openNew(path, 0o600);
      writeFileSync(descriptor, "text");
      closeSync(descriptor);
      assert.equal(await readFile(path, "utf8"), "text");
      await rm(path);
    }
  });

  it("is refused for the lock, which would be truncated", async () => {
    await symlink(victim, join(folder, "lock"));
    await assertMccError(acquireStateLock(folder), "conflict", /lock is a symbolic link.*remove it/);
  });
});
