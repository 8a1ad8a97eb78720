import assert from "node:assert/strict";
import { mkdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, MccError } from "../../../../client";
import { findLocalAccess } from "../../../../client/discovery/local-access";
import { runtimeFileSchema } from "../../../../protocol/runtime-file";
import { makeHostKey } from "../../../../server/cloud/instances/creation/host-key";
import { type TestDaemon, testDaemons } from "../../../support/daemons/test-daemon";

const { publicKey } = makeHostKey();

describe("the token of the host's group", () => {
  const newDaemon = testDaemons();

  async function tokenOf(daemon: TestDaemon): Promise<string> {
    return (await readFile(join(daemon.stateFolder, "group-token"), "utf8")).trim();
  }

  async function modeOf(daemon: TestDaemon, name: string): Promise<number> {
    return (await stat(join(daemon.stateFolder, name))).mode & 0o007;
  }

  it("has the role user, and stays over a restart, also when it was revoked", async () => {
    const daemon = await newDaemon({ words: ["--group-role", "user"] });
    await daemon.start();
    const token = await tokenOf(daemon);
    const member = connect({ server: daemon.url, token });
    const { account } = await member.call("key.add", { name: "own", publicKey });
    assert.equal(account, "local-group");
    await assert.rejects(member.call("accessToken.list", {}), (error) =>
      MccError.hasCode(error, "forbidden"),
    );
    assert.deepEqual(await Promise.all(["token", "group-token"].map((name) => modeOf(daemon, name))), [0, 0]);

    await daemon.restart();
    assert.equal(await tokenOf(daemon), token);
    await (await daemon.client()).call("accessToken.revoke", { name: "local-group" });
    await daemon.restart();
    await assert.rejects(connect({ server: daemon.url, token: await tokenOf(daemon) }).info(), (error) =>
      MccError.hasCode(error, "unauthenticated"),
    );
  });

  it("is made again if its file is lost, and is removed with the option", async () => {
    const options = { words: ["--group-role", "user"] };
    const daemon = await newDaemon(options);
    await daemon.start();
    const token = await tokenOf(daemon);
    await rm(join(daemon.stateFolder, "group-token"));
    await daemon.restart();
    const next = await tokenOf(daemon);
    assert.notEqual(next, token);
    assert.equal((await connect({ server: daemon.url, token: next }).call("key.list", {})).length, 0);

    options.words.splice(0);
    await daemon.restart();
    const names = (await (await daemon.client()).call("accessToken.list", {})).map(({ name }) => name);
    assert.deepEqual(names, ["admin"]);
    await assert.rejects(tokenOf(daemon), { code: "ENOENT" });
  });

  const damages: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
    ["cut off", (path) => truncate(path, 20)],
    ["of another token", (path) => writeFile(path, `${"x".repeat(43)}\n`)],
    ["of bytes that are no text", (path) => writeFile(path, Buffer.from([0xff, 0xfe, 0, 0x80]))],
    ["too large", (path) => writeFile(path, "x".repeat(5000))],
    ["a folder", (path) => rm(path).then(() => mkdir(path))],
    ["a link to nothing", (path) => rm(path).then(() => symlink("/nonexistent/file", path))],
  ];

  it("is made again if its file is damaged, and the account keeps what it has", async function () {
    // The daemon starts again for each damage.
    this.timeout(60_000);
    const daemon = await newDaemon({ words: ["--group-role", "user"] });
    await daemon.start();
    const own = await daemon.token();
    let token = await tokenOf(daemon);
    const member = connect({ server: daemon.url, token });
    await member.call("key.add", { name: "own", publicKey });
    for (const [title, damage] of damages) {
      await daemon.stop();
      await damage(join(daemon.stateFolder, "group-token"));
      await daemon.start();
      const next = await tokenOf(daemon);
      assert.notEqual(next, token, title);
      const [key] = await connect({ server: daemon.url, token: next }).call("key.list", {});
      assert.deepEqual([key?.name, key?.account], ["own", "local-group"], title);
      await assert.rejects(connect({ server: daemon.url, token }).info(), (error) =>
        MccError.hasCode(error, "unauthenticated"),
      );
      assert.equal(await daemon.token(), own, title);
      const modes = await Promise.all(["token", "group-token"].map((name) => modeOf(daemon, name)));
      assert.deepEqual(modes, [0, 0], title);
      const [latest] = (await (await daemon.client()).info()).damaged;
      assert.equal(latest?.file, "group-token", title);
      assert.match(latest.movedTo ?? "", /damaged.*group-token$/, title);
      token = next;
    }
    assert.equal((await (await daemon.client()).info()).damagedTotal, damages.length);
    await daemon.restart();
    assert.equal(await tokenOf(daemon), token);
  });

  it("is given again at the next start after an admin has rotated it", async () => {
    const daemon = await newDaemon({ words: ["--group-role", "user"] });
    await daemon.start();
    const token = await tokenOf(daemon);
    await (await daemon.client()).call("accessToken.rotate", { name: "local-group", graceSeconds: 60 });
    await daemon.restart();
    const next = await tokenOf(daemon);
    assert.notEqual(next, token);
    assert.deepEqual(await connect({ server: daemon.url, token: next }).call("key.list", {}), []);
  });

  it("is announced to clients on this host, and root's clients use the daemon's own", async () => {
    const daemon = await newDaemon({ words: ["--group-role", "user"] });
    await daemon.start();
    const { token } = await findLocalAccess(new URL(daemon.url), { MCC_RUNTIME_DIR: daemon.runtimeFolder });
    assert.equal(token, await daemon.token());
    const announced: unknown = JSON.parse(
      await readFile(join(daemon.runtimeFolder, `${daemon.port}.json`), "utf8"),
    );
    assert.equal(runtimeFileSchema.parse(announced).groupTokenPath, join(daemon.stateFolder, "group-token"));
  });
});
