import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, existsSync, openSync, readSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { connect } from "../../client/client";
import { validate } from "../../protocol/validate";
import { startReportSchema } from "../../server/start-report";
import { mccserver, type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { hasEnded } from "../support/programs/process";
import { eventually } from "../support/time/eventually";

/** Calls whose log lines exceed the capacity of a pipe or a socket. */
const manyCalls = 400;

describe("the daemon's log", function () {
  this.timeout(60_000);
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();
  let child: ChildProcess | undefined;
  /** The process id of the daemon that is not a child of this process. */
  let grandchild: number | undefined;
  afterEach(async () => {
    child?.kill("SIGKILL");
    child = undefined;
    if (grandchild !== undefined && !(await hasEnded(grandchild))) {
      process.kill(grandchild, "SIGKILL");
    }
    grandchild = undefined;
  });

  /** Starts the daemon in the foreground with this standard error; resolves with its URL once it serves. */
  async function start(daemon: TestDaemon, standardError: number | "pipe"): Promise<string> {
    child = spawn(process.execPath, [mccserver, "-f", ...daemon.words, "--log-level", "debug"], {
      env: daemon.environment,
      stdio: ["ignore", "ignore", standardError, "ipc"],
    });
    const report = validate(startReportSchema, (await once(child, "message"))[0], "report");
    assert.ok("url" in report, JSON.stringify(report));
    return report.url;
  }

  async function callOften(daemon: TestDaemon, server: string, calls = manyCalls): Promise<void> {
    const client = connect({ server, token: await daemon.token() });
    for (let call = 0; call < calls; call += 1) {
      await client.call("server.info", {});
    }
    client.close();
  }

  async function stop(): Promise<number | null> {
    assert.ok(child !== undefined);
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    await exit;
    return child.exitCode;
  }

  it("does not stop the daemon when the reader of its pipe stops reading", async () => {
    const daemon = await newDaemon();
    const path = join(await newFolder(), "pipe");
    await execa("mkfifo", [path]);
    const pipe = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    // Another one for the daemon, since its flags come along.
    const end = openSync(path, constants.O_WRONLY);
    try {
      const url = await start(daemon, end);
      await callOften(daemon, url);
      const buffer = Buffer.alloc(1024 * 1024);
      const full = readSync(pipe, buffer);
      assert.ok(full > 60_000, `the pipe was full: ${full}`);
      await callOften(daemon, url);
      assert.equal(await stop(), 0);
      const rest = readSync(pipe, buffer, full, buffer.length - full, null);
      const lines = buffer
        .toString("utf8", 0, full + rest)
        .split("\n")
        .slice(0, -1);
      lines.forEach((line) => JSON.parse(line) as unknown);
    } finally {
      closeSync(end);
      closeSync(pipe);
    }
  });

  it("does not stop the daemon when the reader of its socket stops reading", async () => {
    const daemon = await newDaemon();
    const url = await start(daemon, "pipe");
    child?.stderr?.pause();
    // Node reads some of it all the same.
    await callOften(daemon, url, 3 * manyCalls);
    assert.equal(await stop(), 0);
    child?.stderr?.destroy();
  });

  it("does not stop the daemon if it can never be written, or if its reader has ended", async () => {
    const full = openSync("/dev/full", "w");
    try {
      const daemon = await newDaemon();
      await callOften(daemon, await start(daemon, full), 20);
      assert.equal(await stop(), 0);
    } finally {
      closeSync(full);
    }
    const daemon = await newDaemon();
    const url = await start(daemon, "pipe");
    child?.stderr?.destroy();
    await callOften(daemon, url, 20);
    assert.equal(await stop(), 0);
  });

  it("reports the number of dropped lines once its file can be written again", async () => {
    const log = join(await newFolder(), "log");
    const limit = 256 * 1024;
    await writeFile(log, "x".repeat(limit));
    const daemon = await newDaemon({ words: ["--log-file", log] });
    // A process may then write no further into a file, as on a full disk.
    const words = [`--fsize=${limit}:`, process.execPath, mccserver, "-f", ...daemon.words];
    child = spawn("prlimit", words, {
      env: daemon.environment,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const report = validate(startReportSchema, (await once(child, "message"))[0], "report");
    assert.ok("url" in report, JSON.stringify(report));
    assert.equal((await readFile(log, "utf8")).length, limit);
    await execa("prlimit", ["--pid", String(child.pid), "--fsize=unlimited:"]);
    await eventually(
      async () =>
        /"level":40,.*"reason":"EFBIG.*"msg":"\d+ lines? (was|were) dropped"/.test(
          await readFile(log, "utf8"),
        ),
      "it says so",
    );
    assert.equal(await stop(), 0);
  });

  it("shows an orderly end after the daemon's terminal was closed", async () => {
    const daemon = await newDaemon();
    const command = ["exec", process.execPath, mccserver, "-f", ...daemon.words].join(" ");
    child = spawn("script", ["-qfec", command, "/dev/null"], {
      env: { ...daemon.environment, SHELL: "/bin/sh" },
      stdio: ["ignore", "ignore", "ignore"],
    });
    await eventually(async () => (await runtimeFiles(daemon)).length > 0, "it serves");
    const [file = ""] = await runtimeFiles(daemon);
    const { pid } = JSON.parse(await readFile(join(daemon.runtimeFolder, file), "utf8")) as { pid: number };
    grandchild = pid;
    child.kill("SIGKILL");
    await eventually(() => hasEnded(pid), "it has ended");
    assert.ok(!existsSync(daemon.runtimeFolder), "its runtime file is gone");
  });

  async function runtimeFiles({ runtimeFolder }: TestDaemon): Promise<string[]> {
    return existsSync(runtimeFolder)
      ? (await readdir(runtimeFolder)).filter((name) => /^\d+\.json$/.test(name))
      : [];
  }
});
