import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  giveUpKernelLimits,
  type KernelLimitUser,
  leaveKernelLimits,
  useKernelLimits,
} from "../../../../../server/driver/lxc/kernel/kernel-limit-users";
import { captureLog } from "../../../../support/captured-log";
import { compiled } from "../../../../support/checkout";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

const limitsModule = compiled("server/driver/lxc/kernel/kernel-limit-users.js");
const { log } = captureLog();

describe("the kernel's limits of several daemons on one host", () => {
  const newFolder = temporaryFolders();
  let parent = "";
  let runningElsewhere: string[] = [];

  beforeEach(async () => {
    parent = await newFolder();
    runningElsewhere = [];
    await mkdir(join(parent, "sys/fs/inotify"), { recursive: true });
    await writeFile(limitFile(), "128\n");
  });

  function limitFile(): string {
    return join(parent, "sys/fs/inotify/max_user_instances");
  }

  async function limit(): Promise<string> {
    return (await readFile(limitFile(), "utf8")).trim();
  }

  function user(name: string): KernelLimitUser {
    return {
      name,
      folder: join(parent, "run"),
      formerMarksFile: join(parent, `${name}-kernel-limits-were.json`),
      root: join(parent, "sys"),
      othersRun: () => Promise.resolve(runningElsewhere.some((other) => other !== name)),
    };
  }

  async function assertNothingLeft(): Promise<void> {
    assert.equal(await limit(), "128");
    assert.ok(!existsSync(join(parent, "run")));
  }

  it("are restored even while another daemon removes the folder of the records", async () => {
    let isThere = true;
    const othersRun = async (): Promise<boolean> => {
      if (isThere) {
        isThere = false;
        await rmdir(join(parent, "run"));
      }
      return false;
    };
    assert.equal(await giveUpKernelLimits({ ...user("one"), othersRun }, log), true);
    assert.equal(isThere, false);
    await assertNothingLeft();
  });

  it("are restored by the last daemon that is purged, even if another one raised them", async () => {
    await useKernelLimits(user("one"), log);
    await useKernelLimits(user("two"), log);
    assert.equal(await giveUpKernelLimits(user("one"), log), false);
    assert.equal(await limit(), "65536");
    assert.equal(await giveUpKernelLimits(user("two"), log), true);
    await assertNothingLeft();
  });

  it("stay raised while containers of another daemon run, even if that daemon was stopped", async () => {
    await useKernelLimits(user("one"), log);
    await useKernelLimits(user("two"), log);
    await leaveKernelLimits(user("two"));
    runningElsewhere = ["two"];
    assert.equal(await giveUpKernelLimits(user("one"), log), false);
    assert.equal(await limit(), "65536");
    runningElsewhere = [];
    assert.equal(await giveUpKernelLimits(user("two"), log), true);
    await assertNothingLeft();
  });

  it("are restored if the other daemon was killed and has no containers", async () => {
    const script = `
      require(${JSON.stringify(limitsModule)}).useKernelLimits(
        { ...${JSON.stringify(user("killed"))}, othersRun: async () => false }, console,
      ).then(() => { process.send("raised"); setInterval(() => undefined, 1000); });`;
    const daemon = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    await once(daemon, "message");
    await useKernelLimits(user("one"), log);
    assert.equal(await giveUpKernelLimits(user("one"), log), false, "it runs yet");
    const exit = once(daemon, "exit");
    daemon.kill("SIGKILL");
    await exit;
    assert.equal(await giveUpKernelLimits(user("one"), log), true);
    await assertNothingLeft();
  });

  it("are restored if another process has the id of a killed daemon", async () => {
    await mkdir(join(parent, "run"));
    await writeFile(join(parent, "run/old.user"), JSON.stringify({ pid: process.pid, startTime: "1" }));
    await useKernelLimits(user("one"), log);
    assert.equal(await giveUpKernelLimits(user("one"), log), true);
    await assertNothingLeft();
  });

  it("are restored to the values that an earlier release stored in its state folder", async () => {
    const { formerMarksFile } = user("one");
    await writeFile(limitFile(), "65536\n");
    await writeFile(formerMarksFile, JSON.stringify({ "fs/inotify/max_user_instances": "128" }));
    await useKernelLimits(user("one"), log);
    assert.ok(!existsSync(formerMarksFile));
    await giveUpKernelLimits(user("one"), log);
    await assertNothingLeft();
    await writeFile(limitFile(), "65536\n");
    await writeFile(formerMarksFile, JSON.stringify({ "fs/inotify/max_user_instances": "128" }));
    await giveUpKernelLimits(user("one"), log);
    await assertNothingLeft();
  });

  it("are raised again for a daemon that starts while they are restored", async () => {
    await useKernelLimits(user("one"), log);
    let looks = 0;
    const late = { ...user("one"), othersRun: () => Promise.resolve(looks++ > 0) };
    assert.equal(await giveUpKernelLimits(late, log), false);
    assert.equal(await limit(), "65536");
    assert.deepEqual(await readdir(join(parent, "run")), ["one.were"]);
  });
});
