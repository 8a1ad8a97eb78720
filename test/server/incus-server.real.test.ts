import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "../../client/client";
import type { Instance } from "../../protocol/methods/instance";
import { assertMccError } from "../support/assert-error";
import { importMicro } from "../support/daemons/micro-image";
import { TestDaemon } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { type LxdCluster, startLxdCluster } from "../support/lxd/cluster";
import { CutSocket } from "../support/lxd/cut-socket";
import { eventually } from "../support/time/eventually";

/** How long the events are lost, in two parts: first they alone, then the whole connection. */
const lostMs = { events: 30_000, all: 30_000 };
const lookEveryMs = 250;

describe("a daemon on one LXD server", function () {
  this.timeout(180_000);
  const newFolder = temporaryFolders();
  let folder: string;
  let server: LxdCluster | undefined;
  const daemons: TestDaemon[] = [];

  before(async () => {
    folder = await newFolder();
    server = await startLxdCluster(1);
  });
  afterEach(async () => {
    for (const daemon of daemons.splice(0)) {
      await daemon.kill();
      await daemon.purge();
    }
  });
  after(async () => {
    await server?.end();
  });

  const socket = (): string => server?.members[0]?.socket ?? "";

  async function onServer(...words: string[]): Promise<string> {
    return (await server?.members[0]?.run(words[0] ?? "", ...words.slice(1))) ?? "";
  }

  async function newDaemon(...words: string[]): Promise<Client> {
    const daemon = new TestDaemon(await newFolder(), {
      driver: "incus",
      words: ["-r", "198.18.0.2-198.18.0.99", ...words],
    });
    daemons.push(daemon);
    await daemon.start();
    const client = await daemon.client();
    await importMicro(daemon, client);
    return client;
  }

  /** The project of the only daemon. */
  async function project(): Promise<string> {
    const list = await onServer("lxc", "project", "list", "--format", "csv");
    return /^minicloud-[0-9a-f]+/m.exec(list)?.[0] ?? "";
  }

  async function engineNames(): Promise<string[]> {
    const words = ["list", "--project", await project(), "--format", "csv", "--columns", "n"];
    return (await onServer("lxc", ...words)).split("\n").filter((line) => line !== "");
  }

  it("notices what died while the events were lost for a minute, and takes nothing for gone before", async () => {
    const cable = new CutSocket(socket());
    const path = join(folder, "cable");
    await cable.listen(path);
    try {
      const client = await newDaemon("--engine-url", `unix:${path}`);
      const names = ["early", "late", "removed", "stayer"];
      await Promise.all(names.map((name) => client.call("instance.create", { name, waitSeconds: 60 })));
      const nameOf = new Map(
        (await client.call("instance.list", {})).map(({ id, name }) => [name, String(id)] as const),
      );
      const inEngine = async (name: string): Promise<string> => {
        const found = (await engineNames()).find((each) => each.endsWith(`-${nameOf.get(name)}`));
        assert.ok(found, name);
        return found;
      };
      const [early, late, removed] = await Promise.all(["early", "late", "removed"].map(inEngine));
      assert.ok(early !== undefined && late !== undefined && removed !== undefined);
      const inProject = ["--project", await project()];
      const statuses = async (): Promise<Record<string, Instance["status"]>> =>
        Object.fromEntries(
          (await client.call("instance.list", {})).map(({ name, status }) => [name, status]),
        );

      const begin = performance.now();
      cable.cut("events");
      await onServer("lxc", "stop", "--force", ...inProject, early);
      await eventually(async () => {
        await pause(lookEveryMs);
        return (await statuses())["early"] === "stopped";
      }, "the list tells what no event did");
      assert.equal((await statuses())["late"], "running");
      await pause(Math.max(0, begin + lostMs.events - performance.now()));

      cable.cut("all");
      await onServer("lxc", "stop", "--force", ...inProject, late);
      await onServer("lxc", "delete", "--force", ...inProject, removed);
      while (performance.now() < begin + lostMs.events + lostMs.all) {
        // An answer from before, or an error; never that one is gone.
        const told = await statuses().catch((error: unknown) => String(error));
        assert.ok(
          typeof told === "string" ? !/no longer lists|not-found/.test(told) : told["removed"] === "running",
          JSON.stringify(told),
        );
        await pause(lookEveryMs);
      }

      cable.cut("nothing");
      await eventually(async () => {
        await pause(lookEveryMs);
        const told = await statuses().catch(() => undefined);
        return told?.["late"] === "stopped" && told["removed"] === "failed";
      }, "what died is noticed");
      assert.deepEqual(await statuses(), {
        early: "stopped",
        late: "stopped",
        removed: "failed",
        stayer: "running",
      });
      const died = (await client.call("event.list", { kinds: ["died"] })).map(
        ({ instance }) => instance?.name,
      );
      assert.deepEqual(died.sort(), ["early", "late", "removed"]);
      // It has its events again.
      await onServer("lxc", "stop", "--force", ...inProject, await inEngine("stayer"));
      await eventually(async () => (await statuses())["stayer"] === "stopped", "an event tells of it");
      for (const name of names) {
        await client.call("instance.destroy", { instance: name });
      }
      assert.deepEqual(await engineNames(), []);
      client.close();
    } finally {
      for (const daemon of daemons) {
        await daemon.kill();
      }
      cable.cut("nothing");
      for (const daemon of daemons.splice(0)) {
        await daemon.purge();
      }
      await cable.close();
    }
  });

  it("refuses a create on a full pool, leaves nothing of it, and goes on when there is space", async () => {
    await onServer("lxc", "storage", "create", "small", "btrfs", "size=160MiB", "--target", "m1");
    await onServer("lxc", "storage", "create", "small", "btrfs");
    const client = await newDaemon("--engine-url", `unix:${socket()}`, "--engine-pool", "small");
    const full = await client.call("instance.create", { name: "full", waitSeconds: 60 });
    assert.equal(full.status, "running");
    const fill =
      "dd if=/dev/urandom of=/root/fill bs=64k 2>&1; sync; for n in 1 2 3; do dd if=/dev/urandom of=/root/rest$n bs=1k 2>/dev/null; sync; done; true";
    await client.call("instance.exec", {
      instance: full.id,
      command: ["sh", "-c", fill],
      timeoutSeconds: 120,
    });
    await assertMccError(
      client.call("instance.create", { name: "next", waitSeconds: 60 }),
      "exhausted",
      /^Instance \d+ \(next\) was not created: .*no space left on device; the storage pool is full: destroy instances, remove images, or enlarge it. Everything done before was undone\.$/,
    );
    assert.deepEqual(
      (await client.call("instance.list", {})).map(({ name }) => name),
      ["full"],
    );
    assert.equal((await engineNames()).length, 1);
    await client.call("instance.destroy", { instance: full.id });
    // btrfs frees the space of what was removed some time later.
    await eventually(async () => {
      await pause(lookEveryMs);
      const next = await client
        .call("instance.create", { name: "next", waitSeconds: 60 })
        .catch(() => undefined);
      return next?.status === "running";
    }, "there is space again");
    await client.call("instance.destroy", { instance: "next" });
    assert.deepEqual(await engineNames(), []);
    client.close();
  });

  it("tells what to do if the server has no ids for instances", async () => {
    const client = await newDaemon("--engine-url", `unix:${socket()}`);
    const ids = join(server?.folder ?? "", "m1", "ids");
    await writeFile(ids, "");
    try {
      await assertMccError(
        client.call("instance.create", { name: "web", waitSeconds: 60 }),
        "engine",
        /that member has no ids for instances: add root:1000000:1000000000 to its \/etc\/subuid and \/etc\/subgid, and restart the engine/,
      );
    } finally {
      await writeFile(ids, "root:1000000:1000000000\n");
    }
    assert.deepEqual(await engineNames(), []);
    assert.equal((await client.call("instance.create", { name: "web", waitSeconds: 60 })).status, "running");
    await client.call("instance.destroy", { instance: "web" });
    client.close();
  });
});
