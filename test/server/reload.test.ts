import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, readFile, rename, writeFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect, type TLSSocket } from "node:tls";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { certificateFiles, readTlsFixture, tlsFixture } from "../support/http/certificate";
import { eventually } from "../support/time/eventually";

describe("the signals of the daemon", () => {
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();

  async function certificateAt(daemon: TestDaemon): Promise<string> {
    const socket = connect({ port: daemon.port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  }

  async function fingerprint(name: string): Promise<string> {
    return new X509Certificate(await readTlsFixture(name)).fingerprint256;
  }

  /** Sends a request on the agent's single connection. Returns the connection's socket. */
  async function ask(url: string, agent: Agent): Promise<TLSSocket> {
    const sent = request(url, { agent, rejectUnauthorized: false });
    sent.end();
    const [response] = (await once(sent, "response")) as [NodeJS.ReadableStream & { socket: TLSSocket }];
    const { socket } = response;
    await text(response);
    return socket;
  }

  it("SIGHUP opens the log again and loads the certificate, and drops no connection", async () => {
    const folder = await newFolder();
    const [log, cert, key] = [join(folder, "log"), join(folder, "cert.pem"), join(folder, "key.pem")];
    await copyFile(certificateFiles.cert, cert);
    await copyFile(certificateFiles.key, key);
    const daemon = await newDaemon({ words: ["--log-file", log, "--tls-cert", cert, "--tls-key", key] });
    await daemon.start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const before = await ask(daemon.url, agent);
      assert.equal(await certificateAt(daemon), await fingerprint("cert.pem"));

      await rename(log, `${log}.moved`);
      await copyFile(tlsFixture("second.pem"), cert);
      await copyFile(tlsFixture("second-key.pem"), key);
      process.kill(daemon.pid, "SIGHUP");
      const said = async (what: RegExp): Promise<boolean> =>
        existsSync(log) && what.test(await readFile(log, "utf8"));
      await eventually(() => said(/certificate reloaded/), "it has reloaded");
      assert.equal(await certificateAt(daemon), await fingerprint("second.pem"));
      assert.match(await readFile(`${log}.moved`, "utf8"), /"serving"/);
      assert.doesNotMatch(await readFile(log, "utf8"), /"serving"/);

      await copyFile(tlsFixture("expired.pem"), cert);
      process.kill(daemon.pid, "SIGHUP");
      await eventually(() => said(/expired on 2021-01-01/), "it reports that the new one has expired");
      assert.equal(await certificateAt(daemon), await fingerprint("expired.pem"));

      await writeFile(cert, "nothing");
      process.kill(daemon.pid, "SIGHUP");
      await eventually(
        () => said(/The previous certificate stays in use\. .*cert\.pem is not/),
        "it says so",
      );
      assert.equal(await certificateAt(daemon), await fingerprint("expired.pem"));
      assert.equal(await ask(daemon.url, agent), before, "the first connection is still there");
    } finally {
      agent.destroy();
    }
    assert.equal(await daemon.stop(), 0);
  });

  it("SIGUSR1 and SIGUSR2 are ignored, and do not open a debugger; SIGHUP without files changes nothing", async () => {
    const daemon = await newDaemon();
    await daemon.start();
    for (const signal of ["SIGUSR1", "SIGUSR2", "SIGHUP", "SIGPIPE"] as const) {
      process.kill(daemon.pid, signal);
    }
    await eventually(() => /"signal":"SIGUSR2","msg":"signal ignored"/.test(daemon.log), "it says so");
    await eventually(() => daemon.log.includes("reloading"), "it reloads");
    assert.match(daemon.log, /"signal":"SIGUSR1","msg":"signal ignored"/);
    assert.doesNotMatch(daemon.log, /Debugger listening/);
    const client = await daemon.client();
    await client.call("server.info", {});
    client.close();
    assert.equal(await daemon.stop(), 0);
  });

  it("SIGQUIT ends it in an orderly way", async () => {
    const daemon = await newDaemon();
    await daemon.start();
    process.kill(daemon.pid, "SIGQUIT");
    await eventually(() => /"msg":"stopped"/.test(daemon.log), "it has stopped");
    assert.ok(!existsSync(daemon.runtimeFolder));
  });
});
