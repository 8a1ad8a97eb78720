import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { basename, join } from "node:path";
import { execa } from "execa";
import type { Client } from "../../client/client";
import type { Instance } from "../../protocol/methods/instance";
import { processes } from "../../server/driver/lxc/commands/processes";
import { importMicro } from "../support/daemons/micro-image";
import { recordedIds } from "../support/daemons/recorded-ids";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { eventually } from "../support/time/eventually";

const size = 2;

describe("a daemon that starts LXC containers ahead", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let client: Client;
  let tarball = "";

  before(async () => {
    daemon = await newDaemon({ driver: "lxc", words: ["--warm", `micro=${size}`] });
    await daemon.start();
    client = await daemon.client();
    tarball = await importMicro(daemon, client);
  });
  after(() => client.close());

  async function filled(): Promise<void> {
    await eventually(async () => {
      const [pool] = await client.call("pool.list", {});
      return pool?.ready === size;
    }, "the pool is full");
  }

  /** Returns the ids of all containers of the daemon. */
  async function containers(): Promise<number[]> {
    const names = await readdir(join(daemon.stateFolder, "lxc", "containers"));
    return names.map((name) => Number(name.split("-").at(-1))).sort();
  }

  async function recorded(): Promise<(number | string)[]> {
    return await recordedIds(daemon.stateFolder);
  }

  /** Returns how many processes serve the daemon for its containers. */
  async function servants(): Promise<number> {
    const folder = join(daemon.stateFolder, "lxc", "containers");
    return (await processes()).filter(
      ({ words: [program = "", ...words] }) =>
        ["lxc-starter", "lxc-attach"].includes(basename(program)) && words.includes(folder),
    ).length;
  }

  async function banner({ ipAddress }: Instance): Promise<string> {
    const socket = connect(22, ipAddress);
    const [text] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    return text.toString();
  }

  async function output({ id }: Instance, ...command: string[]): Promise<string> {
    const { stdout } = await client.call("instance.exec", { instance: id, command });
    return Buffer.from(stdout, "base64").toString();
  }

  async function claimed(name: string, parameters: object = {}): Promise<Instance> {
    await filled();
    const ahead = await containers();
    const instance = await client.call("instance.create", { name, waitSeconds: 30, ...parameters });
    assert.equal(instance.status, "running");
    assert.ok(ahead.includes(instance.id), "it was started ahead");
    return instance;
  }

  it("answers a create with one that works, by its host key, keys, names, script and limits", async () => {
    const { publicKey, identity } = await newKey();
    await client.call("key.add", { name: "me", publicKey });
    const web = await claimed("web", { keys: ["me"], type: "light", userData: "hostname >/greeting" });
    assert.match(await banner(web), /^SSH-2\.0-/);
    const known = join(daemon.folder, "known_hosts");
    await execa("tee", [known], { input: `${web.ipAddress} ${web.sshHostKey}\n` });
    const { stdout } = await execa("ssh", [
      ...["-i", identity, "-o", `UserKnownHostsFile=${known}`, "-o", "StrictHostKeyChecking=yes"],
      ...["-F", "/dev/null", `root@${web.ipAddress}`, "hostname; cat /greeting"],
    ]);
    assert.equal(stdout, "web\nweb");
    const db = await claimed("db");
    assert.match(await output(web, "cat", "/etc/hosts"), new RegExp(`${db.ipAddress} db`));
    assert.match(await output(db, "cat", "/etc/hosts"), new RegExp(`${web.ipAddress} web`));
    const { uid } = await client.call("fleet.apply", { name: "f", count: 3, clientToken: "token-0001" });
    const { fleet } = await client.call("fleet.wait", { fleet: "f", uid });
    assert.equal(fleet.status, "ready");
    await client.call("fleet.destroy", { fleet: "f" });
    await Promise.all([web, db].map(({ id }) => client.call("instance.destroy", { instance: id })));
  });

  async function newKey(): Promise<{ readonly publicKey: string; readonly identity: string }> {
    const identity = join(daemon.folder, "id");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "me", "-f", identity]);
    return { publicKey: (await execa("cat", [`${identity}.pub`])).stdout.trim(), identity };
  }

  for (const moment of ["while it refills the pool", "among claims"]) {
    it(`leaves nothing of a pool when it is killed ${moment}`, async () => {
      await filled();
      const stayer = await client.call("instance.create", { name: "stayer", waitSeconds: 30 });
      if (moment === "among claims") {
        await filled();
        for (let index = 0; index < 4; index += 1) {
          client.call("instance.create", { name: `lost-${index}` }).catch(() => undefined);
        }
        await eventually(async () => (await containers()).length > size + 1, "a create is under way");
      } else {
        assert.ok((await servants()) > 0);
      }
      await daemon.kill();
      await eventually(async () => (await servants()) === 0, "the daemon's processes ended with it");
      client.close();
      await daemon.start();
      client = await daemon.client();
      await filled();
      const list = await client.call("instance.list", {});
      assert.ok(list.some(({ id }) => id === stayer.id));
      assert.deepEqual(
        list.map(({ status }) => status),
        list.map(() => "running"),
        "none was made by half",
      );
      assert.equal((await containers()).length, list.length + size);
      assert.deepEqual(await recorded(), await containers());
      await Promise.all(list.map(({ id }) => client.call("instance.destroy", { instance: id })));
    });
  }

  it("removes those of an image that is removed, and starts others from the new one", async () => {
    await filled();
    const before = await containers();
    assert.deepEqual(await client.call("image.remove", { name: "micro" }), { removed: true });
    assert.deepEqual(await containers(), []);
    await client.call("image.import", { name: "micro", path: tarball });
    await filled();
    assert.ok((await containers()).every((id) => !before.includes(id)));
  });

  it("removes all but those with an owner when it ends", async () => {
    const web = await claimed("web");
    await filled();
    client.close();
    assert.equal(await daemon.stop(), 0);
    assert.deepEqual(await containers(), [web.id]);
    assert.deepEqual(await recorded(), [web.id]);
    assert.equal(await servants(), 0);
    await daemon.start();
    client = await daemon.client();
    assert.equal((await client.call("instance.get", { instance: web.id })).status, "running");
    await filled();
  });
});
