import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { execa } from "execa";
import type { Client } from "../../client/client";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { eventually } from "../support/time/eventually";

/** Names of this daemon's running containers, by the command sockets of their monitors. */
async function runningContainers({ stateFolder }: TestDaemon): Promise<string[]> {
  const sockets = await readFile("/proc/net/unix", "utf8");
  const names = sockets
    .split("\n")
    .filter((line) => line.includes(`@${stateFolder}/`))
    .flatMap((line) => /\/([^/]+)\/command$/.exec(line)?.[1] ?? []);
  return [...new Set(names)].sort();
}

describe("the daemon over LXC", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    await withClient((client) => importMicro(daemon, client));
  });

  async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = await daemon.client();
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }

  async function instances(): Promise<string[]> {
    const list = await withClient((client) => client.call("instance.list", {}));
    return list.map(({ id, uid, status, ipAddress }) => `${id} ${uid} ${status} ${ipAddress}`);
  }

  async function create(client: Client, name: string): Promise<void> {
    const { id } = await client.call("instance.create", { name });
    await client.call("instance.wait", { instance: id });
  }

  async function assertAllWork(): Promise<void> {
    await withClient(async (client) => {
      const list = await client.call("instance.list", {});
      for (const { id, name, status } of list) {
        assert.equal(status, "running", name);
        const { exitCode, stdout } = await client.call("instance.exec", {
          instance: id,
          command: ["hostname"],
        });
        assert.deepEqual([exitCode, Buffer.from(stdout, "base64").toString().trim()], [0, name]);
      }
      assert.equal((await runningContainers(daemon)).length, list.length, "nothing else runs");
    });
  }

  it("leaves instances running when it is stopped or killed, and manages them again after a start", async () => {
    await withClient((client) => Promise.all([create(client, "one"), create(client, "two")]));
    const before = await instances();
    const containers = await runningContainers(daemon);
    assert.equal(containers.length, 2);
    for (const end of [() => daemon.stop(), () => daemon.kill()]) {
      await end();
      assert.deepEqual(await runningContainers(daemon), containers);
      await daemon.start();
      assert.deepEqual(await instances(), before);
      await assertAllWork();
    }
  });

  it("reaches an instance whose address another instance had just before", async () => {
    await withClient(async (client) => {
      for (const name of ["first", "second"]) {
        const given = { name, ipAddress: "198.18.0.77", readyTimeoutSeconds: 10 };
        const { id } = await client.call("instance.create", given);
        const { instance } = await client.call("instance.wait", { instance: id });
        assert.equal(instance.status, "running");
        await client.call("instance.destroy", { instance: id });
      }
    });
  });

  // Each kill happens when this number of creates and destroys have logged their line.
  for (const lines of [1, 3, 6, 10, 15]) {
    it(`leaves no partial instances after a kill among creates and destroys (${lines})`, async () => {
      const survivors = (await instances()).filter((line) => line.includes(" running "));
      const logged = daemon.log.length;
      const client = await daemon.client();
      const work = ["a", "b", "c", "d"].map(async (name) => {
        await create(client, `${name}${lines}`);
        await client.call("instance.destroy", { instance: `${name}${lines}` });
      });
      const over = Promise.allSettled(work);
      await eventually(() => daemon.log.slice(logged).split("\n").length > lines, "enough has been done");
      await daemon.kill();
      await over;
      client.close();
      await daemon.start();
      const left = await instances();
      assert.deepEqual(
        survivors.filter((line) => !left.includes(line)),
        [],
        "running instances continue to run",
      );
      await assertAllWork();
    });
  }

  it("leaves no trace after a purge", async () => {
    await daemon.kill();
    await daemon.purge();
    assert.deepEqual(await runningContainers(daemon), []);
    const { stdout: links } = await execa("ip", ["-brief", "link"]);
    assert.deepEqual(
      links.split("\n").map((line) => line.split(/[\s@]/)[0]),
      ["lo"],
    );
    assert.equal((await execa("nft", ["list", "ruleset"])).stdout, "");
  });
});
