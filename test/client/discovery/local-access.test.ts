import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import promises, { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { connect } from "../../../client";
import { MccError } from "../../../protocol/error";
import { assertMccError } from "../../support/assert-error";
import {
  type Handlers,
  type StandInDaemon,
  standInDaemons,
  standInInfo,
} from "../../support/daemons/stand-in-daemon";
import { withEnvironment } from "../../support/environment";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("the local daemon's token", () => {
  const newFolder = temporaryFolders();
  const startDaemon = standInDaemons();
  let folder: string;
  before(async () => {
    folder = await newFolder();
  });
  withEnvironment(() => ({ MCC_RUNTIME_DIR: folder, MCC_TOKEN: undefined, MCC_SERVER: undefined }));

  const guarded: Handlers = {
    "server.info": (_parameters, { authorization }) => {
      if (authorization !== "Bearer s3cret") {
        throw new MccError("unauthenticated", "A token is needed.");
      }
      return standInInfo;
    },
  };

  async function leaveFile(
    daemon: StandInDaemon,
    { url = daemon.url, pid = process.pid } = {},
  ): Promise<string> {
    const tokenPath = join(folder, `${daemon.port}.token`);
    await writeFile(tokenPath, "s3cret\n");
    const file = { url, tokenPath, pid, serverId: standInInfo.serverId };
    await writeFile(join(folder, `${daemon.port}.json`), JSON.stringify(file));
    return tokenPath;
  }

  it("is found by the port", async () => {
    const daemon = await startDaemon(guarded);
    await leaveFile(daemon);
    assert.deepEqual(await connect({ server: `localhost:${daemon.port}` }).info(), standInInfo);
  });

  it("is found in the folder of a given environment", async () => {
    const daemon = await startDaemon(guarded);
    await leaveFile(daemon);
    process.env.MCC_RUNTIME_DIR = "/nonexistent";
    const environment = { MCC_SERVER: daemon.url, MCC_RUNTIME_DIR: folder };
    assert.deepEqual(await connect({ environment }).info(), standInInfo);
    await assertMccError(connect({ server: daemon.url }).info(), "unauthenticated", /A token is needed/);
  });

  it("is not used if the user gives another token", async () => {
    const daemon = await startDaemon(guarded);
    await leaveFile(daemon);
    process.env.MCC_TOKEN = "other";
    await assertMccError(connect({ server: daemon.url }).info(), "unauthenticated", /A token is needed/);
    assert.equal(daemon.calls[0]?.authorization, "Bearer other");
  });

  it("is not sent to another address", async () => {
    const daemon = await startDaemon(guarded);
    await leaveFile(daemon, { url: `http://127.0.0.2:${daemon.port}` });
    await assertMccError(connect({ server: daemon.url }).info(), "unauthenticated", /A token is needed/);
    assert.equal(daemon.calls[0]?.authorization, undefined);
  });

  it("is not sent to a program that listens on the port of a killed daemon", async () => {
    const daemon = await startDaemon(guarded);
    const { pid } = spawnSync("true");
    await leaveFile(daemon, { pid });
    await assertMccError(
      connect({ server: daemon.url }).info(),
      "unauthenticated",
      /The daemon of \S+ \(process \d+\) is not running/,
    );
    assert.equal(daemon.calls[0]?.authorization, undefined);
  });

  it("is reported with the reason if it cannot be read", async () => {
    const daemon = await startDaemon(guarded);
    const tokenPath = await leaveFile(daemon);
    await writeFile(join(folder, `${daemon.port}.json`), "{");
    await assertMccError(
      connect({ server: daemon.url }).info(),
      "unauthenticated",
      /Reading the token that \S+ names failed/,
    );
    const other = await startDaemon(guarded);
    await leaveFile(other);
    await mkdir(`${tokenPath}.d`);
    const file = { url: other.url, tokenPath: `${tokenPath}.d`, pid: 1, serverId: standInInfo.serverId };
    await writeFile(join(folder, `${other.port}.json`), JSON.stringify(file));
    await assertMccError(connect({ server: other.url }).info(), "unauthenticated", /EISDIR/);
  });

  it("is found by a call that starts just before the daemon writes its file", async () => {
    const daemon = await startDaemon({
      ...guarded,
      "server.info": async (parameters, call) => {
        await leaveFile(daemon);
        return guarded["server.info"]?.(parameters, call);
      },
    });
    assert.deepEqual(await connect({ server: daemon.url }).info(), standInInfo);
    assert.deepEqual(
      daemon.calls.map(({ authorization }) => authorization),
      [undefined, "Bearer s3cret"],
    );
  });

  it("is searched again by the next call of the same client", async () => {
    const daemon = await startDaemon(guarded);
    const client = connect({ server: daemon.url });
    await assertMccError(client.info(), "unauthenticated", /A token is needed/);
    await leaveFile(daemon);
    assert.deepEqual(await client.info(), standInInfo);
  });

  describe("while another user's program listens at the port, at another address", () => {
    const tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let looks = 0;
    afterEach(() => sinon.restore());

    /** Lets the kernel's tables have one more socket, of another user. */
    function listenAsOther(port: number): void {
      const read = promises.readFile as (...parameters: unknown[]) => Promise<unknown>;
      const line = `\n 9: 0200007F:${port.toString(16).toUpperCase()} 00000000:0000 0A 0:0 0:0 0 65534 0 1 1\n`;
      looks = 0;
      sinon.replace(promises, "readFile", (async (...parameters: unknown[]) => {
        const content = await read(...parameters);
        if (!tables.includes(String(parameters[0]))) {
          return content;
        }
        looks += 1;
        return `${String(content)}${line}`;
      }) as never);
    }

    it("is not sent", async () => {
      const daemon = await startDaemon(guarded);
      await leaveFile(daemon);
      listenAsOther(daemon.port);
      await assertMccError(
        connect({ server: daemon.url }).info(),
        "unauthenticated",
        /A token is needed|not running/,
      );
      assert.equal(daemon.calls[0]?.authorization, undefined);
      assert.ok(looks > 0);
    });

    it("is not sent once the last look is a second old, or the daemon's process has ended", async () => {
      let now = performance.now();
      sinon.replace(performance, "now", () => now);
      const daemon = await startDaemon(guarded);
      await leaveFile(daemon);
      const info = () => connect({ server: daemon.url }).info();
      await info();
      listenAsOther(daemon.port);
      await info();
      assert.equal(looks, 0);
      await leaveFile(daemon, { pid: spawnSync("true").pid });
      await assertMccError(info(), "unauthenticated", /not running/);
      await leaveFile(daemon);
      now += 1_001;
      await assertMccError(info(), "unauthenticated", /not running/);
      assert.equal(daemon.calls.at(-1)?.authorization, undefined);
    });
  });
});
