import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
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
});
