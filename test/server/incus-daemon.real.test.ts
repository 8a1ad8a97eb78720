import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import type { Client } from "../../client/client";
import type { Instance } from "../../protocol/methods/instance";
import { importMicro } from "../support/daemons/micro-image";
import { recordedIds } from "../support/daemons/recorded-ids";
import { TestDaemon } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { type LxdCluster, startLxdCluster } from "../support/lxd/cluster";
import { eventually } from "../support/time/eventually";

const size = 2;

describe("a daemon on an LXD cluster of two", function () {
  this.timeout(120_000);
  const newFolder = temporaryFolders();
  let cluster: LxdCluster | undefined;
  let daemon: TestDaemon;
  let client: Client;
  let project = "";

  before(async () => {
    cluster = await startLxdCluster(2);
    const socket = cluster.members[0]?.socket ?? "";
    const words = [
      "--engine-url",
      `unix:${socket}`,
      "-r",
      "198.18.0.2-198.18.0.99",
      "--warm",
      `micro=${size}`,
    ];
    daemon = new TestDaemon(await newFolder(), { driver: "incus", words });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
    project =
      (await onMember("project", "list", "--format", "csv")).match(/^minicloud-[0-9a-f]+/m)?.[0] ?? "";
  });
  after(async () => {
    await daemon.kill();
    await cluster?.end();
  });

  async function onMember(...words: string[]): Promise<string> {
    return (await cluster?.members[0]?.run("lxc", ...words)) ?? "";
  }

  /** Returns the ids of all instances in the daemon's project. */
  async function engineIds(): Promise<number[]> {
    const list = await onMember("list", "--project", project, "--format", "csv", "--columns", "n");
    return list
      .split("\n")
      .filter((line) => line !== "")
      .map((name) => Number(name.split("-").at(-1)))
      .sort();
  }

  async function recorded(): Promise<(number | string)[]> {
    return await recordedIds(daemon.stateFolder);
  }

  async function filled(): Promise<void> {
    await eventually(async () => {
      const [pool] = await client.call("pool.list", {});
      return pool?.ready === size;
    }, "the pool is full");
  }

  async function output({ id }: Instance, ...command: string[]): Promise<string> {
    const { stdout } = await client.call("instance.exec", { instance: id, command });
    return Buffer.from(stdout, "base64").toString();
  }

  /** Kills the daemon, and asserts that the next one finds every instance, and no other. */
  async function killAndCompare(expected: readonly number[]): Promise<void> {
    await daemon.kill();
    client.close();
    await daemon.start();
    client = await daemon.client();
    await filled();
    await eventually(async () => {
      const statuses = (await client.call("instance.list", {})).map(({ status }) => status);
      return statuses.every((status) => status === "running");
    }, "every instance runs");
    const ids = (await client.call("instance.list", {})).map(({ id }) => id);
    assert.deepEqual(
      expected.filter((id) => !ids.includes(id)),
      [],
    );
    assert.equal((await engineIds()).length, ids.length + size);
    assert.deepEqual(await recorded(), await engineIds());
  }

  async function destroyAll(): Promise<void> {
    const all = await client.call("instance.list", {});
    await Promise.all(all.map(({ id }) => client.call("instance.destroy", { instance: id })));
  }

  it("answers a create with an instance that was started ahead, with its name, keys, labels and limits", async () => {
    await filled();
    const ahead = await engineIds();
    const web = await client.call("instance.create", {
      name: "web",
      labels: { tier: "front" },
      type: "light",
      waitSeconds: 30,
    });
    assert.ok(ahead.includes(web.id));
    assert.deepEqual([web.status, web.labels], ["running", { tier: "front" }]);
    assert.equal(await output(web, "sh", "-c", "hostname; cat /etc/hostname"), "web\nweb\n");
    await filled();
    const db = await client.call("instance.create", { name: "db", waitSeconds: 30 });
    assert.match(await output(web, "cat", "/etc/hosts"), new RegExp(`${db.ipAddress} db`));
    assert.match(await output(db, "cat", "/etc/hosts"), new RegExp(`${web.ipAddress} web`));
    await destroyAll();
  });

  it("leaves nothing of a pool when it is killed while it refills it, and among claims", async () => {
    await filled();
    const stayer = await client.call("instance.create", { name: "stayer", waitSeconds: 30 });
    await eventually(async () => (await engineIds()).length > size, "the pool is refilled");
    await killAndCompare([stayer.id]);
    for (let index = 0; index < size + 1; index += 1) {
      client.call("instance.create", { name: `lost-${index}` }).catch(() => undefined);
    }
    await pause(20);
    await killAndCompare([stayer.id]);
    await destroyAll();
  });

  it("leaves nothing of what was under way when it is killed", async () => {
    await filled();
    const [stayer, leaver] = await Promise.all(
      ["stayer", "leaver"].map((name) => client.call("instance.create", { name, waitSeconds: 30 })),
    );
    assert.ok(stayer !== undefined && leaver !== undefined);
    const lost = [
      client.call("fleet.apply", { name: "lost", count: 3, clientToken: "token-0001" }),
      client.call("instance.exec", { instance: stayer.id, command: ["sleep", "1000"] }),
      client.call("instance.destroy", { instance: leaver.id }),
    ];
    lost.forEach((call: Promise<unknown>) => void call.catch(() => undefined));
    await pause(500);
    await killAndCompare([stayer.id]);
    const list = await client.call("instance.list", {});
    assert.ok(!list.some(({ id }) => id === leaver.id), "the destroy was finished");
    assert.equal(await output(stayer, "sh", "-c", "ps -o args | grep -c '^sleep 1000' || true"), "0\n");
    await destroyAll();
  });

  it("creates in a group of members", async () => {
    await onMember("cluster", "group", "create", "west");
    await onMember("cluster", "group", "assign", "m2", "default,west");
    const { members = [] } = await client.call("server.info", {});
    assert.deepEqual(
      members.map(({ name, groups }) => [name, groups.includes("west")]),
      [
        ["m1", false],
        ["m2", true],
      ],
    );
    const { uid } = await client.call("fleet.apply", {
      ...{ name: "far", count: 2, group: "west", clientToken: "token-0002" },
    });
    await client.call("fleet.wait", { fleet: "far", uid });
    const all = await client.call("instance.list", {});
    assert.deepEqual(
      all.map(({ member }) => member),
      ["m2", "m2"],
    );
    await client.call("fleet.destroy", { fleet: "far" });
  });

  it("purges what it can while a member is dead, names the rest, and leaves nothing in the end", async () => {
    const left = await client.call("instance.create", { name: "left", member: "m2", waitSeconds: 30 });
    await client.call("instance.create", { name: "near", member: "m1", waitSeconds: 30 });
    client.close();
    assert.equal(await daemon.stop(), 0);
    await cluster?.members[1]?.kill();
    const { exitCode, stderr } = await execa(process.execPath, [daemon.program, "--purge", ...daemon.words], {
      env: daemon.environment,
      reject: false,
    });
    assert.equal(exitCode, 1);
    const lines = stderr.split("\n").filter((line) => line.startsWith("mccserver:"));
    assert.equal(lines.length, 1, stderr);
    assert.match(
      lines[0] ?? "",
      new RegExp(
        `1 of 2 instances could not be destroyed \\(${left.id} on m2\\), and .* stays;.* repeat --purge`,
      ),
    );
    assert.deepEqual(await engineIds(), [left.id]);
    await cluster?.members[0]?.run("sh", "-c", "echo yes | lxc cluster remove m2 --force");
    await daemon.purge();
    assert.doesNotMatch(await onMember("project", "list", "--format", "csv"), /minicloud/);
  });
});
