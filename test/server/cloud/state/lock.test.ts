import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { acquireStateLock } from "../../../../server/cloud/state/lock";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { fakePrograms } from "../../../support/programs/fake-programs";

const lockModule = join(__dirname, "..", "..", "..", "..", "server", "cloud", "state", "lock.js");

describe("the lock of a state folder", () => {
  const newFolder = temporaryFolders();
  const fakes = fakePrograms();

  it("refuses a second daemon, and says which process has it and what to do", async () => {
    const folder = await newFolder();
    const lock = await acquireStateLock(folder);
    await assertMccError(
      acquireStateLock(folder),
      "conflict",
      new RegExp(`process ${process.pid}.*${folder}.*kill ${process.pid}.*--state-dir`),
    );
    await lock.release();
  });

  it("can be acquired again after its release, and released twice", async () => {
    const folder = await newFolder();
    const lock = await acquireStateLock(folder);
    await lock.release();
    assert.equal(await readFile(join(folder, "lock"), "utf8"), "");
    const next = await acquireStateLock(folder);
    await lock.release();
    await assertMccError(acquireStateLock(folder), "conflict", /Another mccserver/);
    await next.release();
  });

  it("is refused if the file system does not support locks", async () => {
    await fakes().put("flock", "exit 1");
    await assertMccError(
      acquireStateLock(await newFolder()),
      "unavailable",
      /cannot be locked: flock ended with exit code 1; .*--state-dir/,
    );
  });

  for (const [kind, put] of [
    ["a folder", (path: string) => mkdir(path)],
    ["a symbolic link", (path: string) => symlink("elsewhere", path)],
  ] as const) {
    it(`is refused with its path if ${kind} is in its place`, async () => {
      const folder = await newFolder();
      await put(join(folder, "lock"));
      const message = new RegExp(`/lock is ${kind}, and the daemon's lock is a file; remove it\\.$`);
      await assertMccError(acquireStateLock(folder), "conflict", message);
      assert.deepEqual(await readdir(folder), ["lock"]);
    });
  }

  it("is separate for each folder", async () => {
    const locks = [await acquireStateLock(await newFolder()), await acquireStateLock(await newFolder())];
    await Promise.all(locks.map((lock) => lock.release()));
  });

  it("ends with its process, even if that is killed and a child of it still runs", async () => {
    const folder = await newFolder();
    const script = `
      require(${JSON.stringify(lockModule)}).acquireStateLock(${JSON.stringify(folder)}).then(() => {
        const child = require("node:child_process").spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
        process.send(child.pid);
        setInterval(() => undefined, 1000);
      });`;
    const holder = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const [childPid] = (await once(holder, "message")) as [number];
    try {
      await assertMccError(acquireStateLock(folder), "conflict", new RegExp(`process ${holder.pid}`));
      const exit = once(holder, "exit");
      holder.kill("SIGKILL");
      await exit;
      const lock = await acquireStateLock(folder);
      assert.equal(await readFile(join(folder, "lock"), "utf8"), `${process.pid}\n`);
      await lock.release();
    } finally {
      process.kill(childPid, "SIGKILL");
    }
  });

  it("names the package of flock if that is not installed", async () => {
    const folder = await newFolder();
    const script = `
      require(${JSON.stringify(lockModule)}).acquireStateLock(${JSON.stringify(folder)})
        .catch((error) => console.log(error.code, error.message));`;
    const { stdout } = await execa(process.execPath, ["-e", script], { env: { PATH: "/nonexistent" } });
    assert.match(stdout, /^unavailable .*ENOENT.*util-linux/);
  });
});
