import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { connect } from "../../client/client";
import { type Run, runMccserver } from "../support/daemons/run-mccserver";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { tlsFixture } from "../support/http/certificate";
import { hasEnded } from "../support/programs/process";
import { eventually } from "../support/time/eventually";

describe("the daemon in the background", () => {
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();
  const started: number[] = [];
  afterEach(async () => {
    for (const pid of started.splice(0)) {
      if (!(await hasEnded(pid))) {
        process.kill(pid, "SIGTERM");
        await eventually(() => hasEnded(pid), "it has ended");
      }
    }
  });

  async function start(daemon: TestDaemon): Promise<Run & { url: string; pid: number; logFile: string }> {
    const run = await runMccserver(daemon.words, daemon.environment);
    const [, url = "", pid, logFile = ""] =
      /^mccserver serves at (\S+) \(process (\d+), log (\S+)\)$/.exec(run.stdout) ?? [];
    assert.ok(pid !== undefined, `it says where it serves: ${run.stdout}${run.stderr}`);
    started.push(Number(pid));
    return { ...run, url, pid: Number(pid), logFile };
  }

  it("serves after its starter has ended, logs to a file, and can be ended by its process id", async () => {
    const daemon = await newDaemon();
    const { exitCode, url, pid, logFile } = await start(daemon);
    assert.equal(exitCode, 0);
    await connect({ server: url, token: await daemon.token() }).call("server.info", {});
    assert.equal(logFile, join(daemon.stateFolder, "mccserver.log"));
    assert.match(await readFile(logFile, "utf8"), /"method":"server\.info".*"outcome":"ok"/);
    process.kill(pid, "SIGTERM");
    await eventually(() => hasEnded(pid), "it has ended");
    assert.ok(!existsSync(daemon.runtimeFolder));
  });

  it("logs to the given file, and keeps the log if it could not start", async () => {
    const told = join(await newFolder(), "log", "mcc-server.log");
    const daemon = await newDaemon({ words: ["--log-file", told] });
    assert.equal((await start(daemon)).logFile, told);
    const logged = await readFile(told, "utf8");
    assert.match(logged, /"msg":/);
    assert.ok(!existsSync(join(daemon.stateFolder, "mccserver.log")));

    const failing = await newDaemon({ words: ["--log-file", told] });
    await failToStart(failing);
    assert.ok((await readFile(told, "utf8")).startsWith(logged));
    assert.ok(!existsSync(failing.stateFolder));
  });

  it("has its own session, so that it survives the end of the terminal", async () => {
    const { pid } = await start(await newDaemon());
    const [, , , session] = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
    assert.equal(Number(session), pid);
  });

  it("also prints warnings of options that weaken its protection", async () => {
    const { stderr } = await start(await newDaemon({ words: ["--allow-anonymous"] }));
    assert.match(
      stderr,
      /^mccserver: --allow-anonymous: every client that reaches 127\.0\.0\.1 can control this daemon$/,
    );
  });

  it("also prints warnings of a certificate that clients refuse", async () => {
    const words = ["--tls-cert", tlsFixture("expired.pem"), "--tls-key", tlsFixture("second-key.pem")];
    const { stderr, logFile } = await start(await newDaemon({ words }));
    assert.match(
      stderr,
      /^mccserver: The TLS certificate expired on 2021-01-01T\S+, and clients refuse it: .*$/,
    );
    assert.match(await readFile(logFile, "utf8"), /"level":40.*The TLS certificate expired/);
  });

  for (const [kind, put] of [
    ["a folder", (path: string) => mkdir(path)],
    ["a FIFO without a reader", (path: string) => execa("mkfifo", [path])],
    ["a dangling link", (path: string) => symlink("/nonexistent/log", path)],
  ] as const) {
    it(`serves without a log if ${kind} is in its place, reports that, and logs once it is moved away`, async () => {
      const daemon = await newDaemon();
      await daemon.start();
      await daemon.stop();
      const path = join(daemon.stateFolder, "mccserver.log");
      await put(path);
      const { stderr, pid } = await start(daemon);
      assert.match(stderr, /^mccserver: The log cannot be written for now: .*\/\S*log\b.*[^.]\.$/);
      await rename(path, `${path}.aside`);
      await eventually(() => {
        // Each is in a line of the log.
        process.kill(pid, "SIGUSR2");
        return existsSync(path);
      }, "the log is made");
    });
  }

  it("prints why it could not serve, and keeps its log next to its other files", async () => {
    const first = await newDaemon();
    await first.start();
    const second = await newDaemon({ words: ["--port", String(first.port)] });
    const { exitCode, stdout, stderr } = await runMccserver(second.words, second.environment);
    assert.equal(exitCode, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^mccserver: Cannot listen on 127\.0\.0\.1, port \d+: .* with -p\.$/);
    assert.ok(existsSync(join(second.stateFolder, "mccserver.log")));
  });

  /** A PATH without any of the driver's programs. */
  async function failToStart(daemon: TestDaemon): Promise<string> {
    const { exitCode, stderr } = await runMccserver([...daemon.words, "--driver", "lxc"], {
      ...daemon.environment,
      PATH: dirname(process.execPath),
    });
    assert.equal(exitCode, 1);
    return stderr;
  }

  it("removes the unused folders that it created, and no others", async () => {
    const made = await newDaemon();
    assert.match(await failToStart(made), /^mccserver: the driver "lxc" cannot work on this machine/);
    assert.ok(!existsSync(made.stateFolder));
    const found = await newDaemon();
    await mkdir(found.stateFolder);
    assert.match(await failToStart(found), /^mccserver: the driver "lxc" cannot work on this machine/);
    assert.deepEqual(await readdir(found.stateFolder), []);
  });

  it("does not change a folder that is not a daemon's", async () => {
    const daemon = await newDaemon();
    await mkdir(join(daemon.stateFolder, "photos"), { recursive: true });
    const { exitCode, stderr } = await runMccserver(daemon.words, daemon.environment);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mccserver: The folder \S+ is not a daemon's: it has "photos" in it/);
    assert.deepEqual(await readdir(daemon.stateFolder), ["photos"]);
  });
});
