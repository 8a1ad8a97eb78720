import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect as connectClient } from "../../client/client";
import { ConnectionError } from "../../client/connection-error";
import { assertMccError } from "../support/assert-error";
import { runMccserver } from "../support/daemons/run-mccserver";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { withEnvironment } from "../support/environment";
import { certificateFiles } from "../support/http/certificate";
import { send } from "../support/http/raw-http";
import { eventually } from "../support/time/eventually";
import { callRequest, resultOf } from "../support/wire/wire";

async function startedDaemon(
  newDaemon: ReturnType<typeof testDaemons>,
  words: readonly string[] = [],
): Promise<TestDaemon> {
  const daemon = await newDaemon({ words });
  await daemon.start();
  return daemon;
}

async function runtimeFile({ runtimeFolder, port }: TestDaemon): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(runtimeFolder, `${port}.json`), "utf8")) as Record<string, unknown>;
}

describe("the daemon", () => {
  const newDaemon = testDaemons();

  it("serves, and tells local programs its address and the path of its token", async () => {
    const daemon = await startedDaemon(newDaemon);
    const { serverId } = await (await daemon.client()).info();
    assert.deepEqual(await runtimeFile(daemon), {
      url: daemon.url,
      tokenPath: join(daemon.stateFolder, "token"),
      pid: daemon.pid,
      serverId,
    });
    const others = 0o007;
    assert.equal((await stat(join(daemon.runtimeFolder, `${daemon.port}.json`))).mode & others, 0);
    assert.equal((await stat(join(daemon.stateFolder, "token"))).mode & others, 0);
    assert.equal((await stat(daemon.stateFolder)).mode & 0o777, 0o755);
  });

  describe("that starts again", () => {
    let daemon: TestDaemon;
    before(async () => {
      daemon = await startedDaemon(newDaemon);
    });
    withEnvironment(() => ({ MCC_TOKEN: undefined, MCC_RUNTIME_DIR: daemon.runtimeFolder }));

    it("has announced itself to local programs when it first answers them", async () => {
      await daemon.kill();
      const started = daemon.start();
      const ask = async (): Promise<boolean> => {
        try {
          await connectClient({ server: daemon.url }).info();
          return true;
        } catch (error) {
          assert.ok(ConnectionError.isInstance(error), String(error));
          return false;
        }
      };
      await eventually(ask, "it answers");
      await started;
    });
  });

  it("ends on SIGTERM, and removes its runtime file", async () => {
    const daemon = await startedDaemon(newDaemon);
    const client = await daemon.client();
    await client.call("instance.create", { name: "web", waitFor: "running" });
    client.close();
    assert.equal(await daemon.stop(), 0);
    assert.ok(!existsSync(daemon.runtimeFolder));
    assert.match(daemon.log, /"msg":"stopped"/);
  });

  it("does not change other files next to its runtime file", async () => {
    const daemon = await startedDaemon(newDaemon);
    const stray = join(daemon.runtimeFolder, "stray.json");
    await writeFile(stray, "{");
    assert.equal(await daemon.stop(), 0);
    assert.deepEqual(await readdir(daemon.runtimeFolder), ["stray.json"]);
    await rm(daemon.runtimeFolder, { recursive: true });
  });

  it("registers the address of a name", async () => {
    const daemon = await startedDaemon(newDaemon, ["--listen", "localhost"]);
    assert.match(daemon.url, /^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/);
  });

  /** Starts a command in an instance that is still running when this resolves. */
  async function beginExec(daemon: TestDaemon, command: string[]): Promise<{ exec: Promise<unknown> }> {
    const client = await daemon.client();
    const { id } = await client.call("instance.create", { waitFor: "running" });
    await client.call("instance.wait", { instance: id });
    const exec = client.call("instance.exec", { instance: id, command, timeoutSeconds: 600 });
    exec.catch(() => undefined);
    await eventually(() => /instance\.exec.*call starts/.test(daemon.log), "the call has come");
    return { exec };
  }

  it("answers the calls in progress before it ends", async () => {
    const daemon = await startedDaemon(newDaemon, ["--log-level", "debug"]);
    const { exec } = await beginExec(daemon, ["sleep", "1"]);
    const stopped = daemon.stop();
    assert.match(JSON.stringify(await exec), /"exitCode":0/);
    assert.equal(await stopped, 0);
  });

  it("ends immediately on a second signal", async () => {
    const daemon = await startedDaemon(newDaemon, ["--log-level", "debug"]);
    await beginExec(daemon, ["sleep", "600"]);
    process.kill(daemon.pid, "SIGINT");
    await eventually(() => daemon.log.includes("stopping"), "it is stopping");
    assert.equal(await daemon.stop(), 1);
  });

  it("refuses a second daemon on its state folder, and continues to serve", async () => {
    const daemon = await startedDaemon(newDaemon);
    const words = ["--driver", "simulated", "--state-dir", daemon.stateFolder];
    for (const more of [["-f", "-p", "0"], ["-p", "0"], ["--purge"]]) {
      const { exitCode, stderr } = await runMccserver([...words, ...more], daemon.environment);
      assert.equal(exitCode, 1);
      assert.match(
        stderr,
        new RegExp(`^mccserver: Another mccserver \\(process ${daemon.pid}\\).*kill`, "m"),
      );
    }
    await (await daemon.client()).call("server.info", {});
    assert.equal((await runtimeFile(daemon)).pid, daemon.pid);
  });

  it("reports a port in use", async () => {
    const daemon = await startedDaemon(newDaemon);
    const other = await newDaemon({ words: ["--port", String(daemon.port)] });
    await assert.rejects(other.start(), /another program uses it; choose another port with -p/);
    assert.equal((await runtimeFile(daemon)).pid, daemon.pid);
  });

  it("has the same identity after a kill, and replaces the files of the killed one", async () => {
    const daemon = await startedDaemon(newDaemon);
    const before = { ...(await (await daemon.client()).info()), token: await daemon.token() };
    const pid = daemon.pid;
    await daemon.kill();
    assert.equal((await runtimeFile(daemon)).pid, pid, "a killed one cannot tidy up");
    await daemon.restart();
    const after = { ...(await (await daemon.client()).info()), token: await daemon.token() };
    assert.deepEqual([after.serverId, after.token], [before.serverId, before.token]);
    assert.equal((await runtimeFile(daemon)).pid, daemon.pid);
  });

  it("leaves no trace after a purge, even if it was killed", async () => {
    const daemon = await startedDaemon(newDaemon);
    await daemon.kill();
    await daemon.purge();
  });

  it("does not remove a runtime file that now belongs to another daemon", async () => {
    const daemon = await startedDaemon(newDaemon);
    const path = join(daemon.runtimeFolder, `${daemon.port}.json`);
    const others = JSON.stringify({ ...(await runtimeFile(daemon)), pid: 1 });
    await writeFile(path, others);
    assert.equal(await daemon.stop(), 0);
    assert.equal(await readFile(path, "utf8"), others);
  });

  it("warns of options that weaken its protection, at every start", async () => {
    const daemon = await startedDaemon(newDaemon, ["--allow-anonymous", "--insecure", "-l", "0.0.0.0"]);
    await connectClient({ server: daemon.url, token: "none-of-its" }).call("server.info", {});
    assert.match(daemon.url, /127\.0\.0\.1/);
    for (const option of ["--allow-anonymous", "--insecure"]) {
      assert.match(daemon.log, new RegExp(`"level":40.*"msg":"${option}: `));
    }
  });

  it("requires its token otherwise", async () => {
    const daemon = await startedDaemon(newDaemon);
    const client = connectClient({ server: daemon.url, token: "none-of-its" });
    await assertMccError(client.call("server.info", {}), "unauthenticated", /token/);
    assert.ok(!daemon.log.includes(await daemon.token()), "no token is logged");
  });

  it("serves other machines over HTTPS", async () => {
    const { cert, key } = certificateFiles;
    const daemon = await startedDaemon(newDaemon, ["-l", "0.0.0.0", "--tls-cert", cert, "--tls-key", key]);
    assert.equal(daemon.url, `https://127.0.0.1:${daemon.port}`);
    const request = {
      ...callRequest("server.info", [], await daemon.token()),
      ca: await readFile(cert, "utf8"),
    };
    assert.match(JSON.stringify(await resultOf(send(daemon.url, request))), /"driver":"simulated"/);
    assert.doesNotMatch(daemon.log, /"level":40.*--/, "there is nothing to warn of");
  });

  it("gives its files the necessary modes, with any umask", async () => {
    const umask = process.umask(0o077);
    const daemon = await startedDaemon(newDaemon).finally(() => process.umask(umask));
    assert.equal((await stat(daemon.stateFolder)).mode & 0o777, 0o755);
  });
});
