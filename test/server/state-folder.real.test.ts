import assert from "node:assert/strict";
import { chmod, chown, lchown, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { makeHostKey } from "../../server/cloud/instances/creation/host-key";
import { importMicro } from "../support/daemons/micro-image";
import { runMccserver } from "../support/daemons/run-mccserver";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";

const stranger = 65_534;

/** These tests run as root, because other users cannot change a folder's owner. */
describe("a state folder that belongs to another user", () => {
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();
  let daemon: TestDaemon;
  let victim = "";

  beforeEach(async () => {
    daemon = await newDaemon();
    victim = join(await newFolder(), "victim");
    await writeFile(victim, "root's\n", { mode: 0o600 });
  });
  afterEach(async () => {
    assert.equal(await readFile(victim, "utf8"), "root's\n");
  });

  /** Creates links in the places of a daemon's files, as the folder's owner could. */
  async function plant(folder: string): Promise<void> {
    for (const name of [
      "lock",
      "token.new",
      "server-id.new",
      "next-id.json.new",
      "format.new",
      "mccserver.log",
    ]) {
      const link = join(folder, name);
      await symlink(victim, link);
      await lchown(link, stranger, stranger);
    }
  }

  async function assertRefused(words: RegExp, more: readonly string[] = []): Promise<void> {
    for (const how of [["-f"], [], ["--purge"]]) {
      const { exitCode, stderr } = await runMccserver([...daemon.words, ...how, ...more], daemon.environment);
      assert.equal(exitCode, 1, stderr);
      assert.match(stderr, words);
    }
  }

  it("is refused, with the remedy, and no link in it is followed", async () => {
    await mkdir(daemon.stateFolder);
    await chown(daemon.stateFolder, stranger, stranger);
    await plant(daemon.stateFolder);
    const before = await readdir(daemon.stateFolder);
    await assertRefused(
      /state belongs to the user 65534 and the daemon runs as 0.*nothing was changed.*--state-dir\.$/,
    );
    assert.deepEqual(await readdir(daemon.stateFolder), before);
  });

  it("is refused if only its parent does", async () => {
    await mkdir(daemon.stateFolder);
    await chown(dirname(daemon.stateFolder), stranger, stranger);
    try {
      await assertRefused(/belongs to the user 65534.*--state-dir\.$/);
    } finally {
      await chown(dirname(daemon.stateFolder), 0, 0);
    }
  });

  it("is refused if its entries still do", async () => {
    await daemon.start();
    await daemon.stop();
    await writeFile(join(daemon.stateFolder, "mine"), "");
    await chown(join(daemon.stateFolder, "mine"), stranger, stranger);
    await assertRefused(/state\/mine belongs to the user 65534/);
  });

  it("is refused for the log file, too", async () => {
    const shared = await newFolder();
    await chmod(shared, 0o1777);
    const log = join(shared, "mcc.log");
    await symlink(victim, log);
    await lchown(log, stranger, stranger);
    const { exitCode, stderr } = await runMccserver([...daemon.words, "--log-file", log], daemon.environment);
    assert.equal(exitCode, 1);
    assert.match(stderr, /mcc\.log belongs to the user 65534.*the log file.*--log-file\.$/);
  });

  it("is refused for runtime files, too", async () => {
    await mkdir(daemon.runtimeFolder);
    await chown(daemon.runtimeFolder, stranger, stranger);
    const { exitCode, stderr } = await runMccserver([...daemon.words, "-f"], daemon.environment);
    assert.equal(exitCode, 1);
    assert.match(stderr, /run belongs to the user 65534.*MCC_RUNTIME_DIR\.$/);
  });
});

describe("a state folder, for an ordinary user of the host", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();

  it("shows the daemon's identity, and nothing of its instances, keys, fleets and names", async () => {
    const daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    const client = await daemon.client();
    try {
      await importMicro(daemon, client);
      await client.call("key.add", { name: "me", publicKey: makeHostKey().publicKey });
      const { id } = await client.call("instance.create", {
        keys: ["me"],
        userData: "#!/bin/sh\necho secret\n",
      });
      await client.call("instance.wait", { instance: id });
      const { uid } = await client.call("fleet.apply", { name: "web", count: 1, clientToken: "token-0001" });
      await client.call("fleet.wait", { fleet: "web", uid });
      await daemon.restart();
    } finally {
      client.close();
    }
    const words = [daemon.stateFolder, "-type", "f", "-readable", "-printf", "%P\n"];
    const { stdout } = await execa("find", words, { uid: stranger, gid: stranger, cwd: "/", reject: false });
    assert.deepEqual(stdout.split("\n").sort(), ["format", "server-id"]);
  });
});
