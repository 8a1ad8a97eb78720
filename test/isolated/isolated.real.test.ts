import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { compiled } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";
import { hasEnded } from "../support/programs/process";
import { eventually } from "../support/time/eventually";

const program = compiled("isolated/main.js");

function isolated(...words: string[]) {
  return execa(process.execPath, [program, ...words], { reject: false });
}

describe("npm run isolated", () => {
  const newFolder = temporaryFolders();

  it("gives a command a network with nothing but a loopback interface", async () => {
    const { stdout } = await isolated("sh", "-c", "ls /sys/class/net; ip -brief link");
    assert.match(stdout, /^lo\nlo +UNKNOWN/);
    assert.equal(stdout.trim().split("\n").length, 2);
  });

  it("hides the host's instances, and keeps what the command writes from the host", async () => {
    const mark = `/var/lib/minicloud/${process.pid}`;
    const { stdout, exitCode } = await isolated(
      "sh",
      "-c",
      `ls -A /var/lib/minicloud /run/minicloud; touch ${mark}`,
    );
    assert.equal(exitCode, 0);
    assert.doesNotMatch(stdout, /^\w/m);
    assert.equal(existsSync(mark), false);
  });

  it("ends with the command's exit code", async () => {
    assert.equal((await isolated("sh", "-c", "exit 7")).exitCode, 7);
    assert.equal((await isolated("sh", "-c", "kill -KILL $$")).exitCode, 137);
  });

  it("names a command that there is not", async () => {
    const { stderr, exitCode } = await isolated("no-such-command");
    assert.equal(exitCode, 1);
    assert.match(stderr, /Running the command "no-such-command" failed/);
  });

  it("ends what the command leaves running", async () => {
    const { stdout } = await isolated("sh", "-c", "setsid sleep 1000 > /dev/null 2>&1 & echo $!");
    assert.ok(await hasEnded(Number(stdout)));
  });

  it("passes SIGTERM on to the command, and still ends what that leaves running", async () => {
    const pidFile = join(await newFolder(), "pid");
    const script = `setsid sleep 1000 & echo $! > ${pidFile}; exec sleep 1000`;
    const child = spawn(process.execPath, [program, "sh", "-c", script], { stdio: "ignore" });
    await eventually(() => existsSync(pidFile), "the command runs");
    const pid = Number(await readFile(pidFile, "utf8"));
    child.kill("SIGTERM");
    const [exitCode] = (await once(child, "exit")) as [number | null];
    assert.equal(exitCode, 143);
    assert.ok(await hasEnded(pid));
  });

  it("says how it is used", async () => {
    assert.match((await isolated("--help")).stdout, /^Usage: npm run isolated -- COMMAND/);
    assert.equal((await isolated()).exitCode, 2);
  });
});
