import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "../../client/client";
import { assertMccError } from "../support/assert-error";
import { microTarball } from "../support/daemons/micro-image";
import { type DaemonOptions, TestDaemon } from "../support/daemons/test-daemon";
import { type SmallFileSystem, smallFileSystems } from "../support/files/small-file-system";
import { temporaryFolders } from "../support/files/temporary-folder";
import { eventually } from "../support/time/eventually";

/** Tests of a daemon whose state is completely on a small file system. */
describe("a daemon on a file system that refuses files", function () {
  this.timeout(180_000);
  const daemons: TestDaemon[] = [];
  // Before the file systems are removed.
  after(() => Promise.all(daemons.map((daemon) => daemon.stop())));
  const newFileSystem = smallFileSystems();
  const newFolder = temporaryFolders();

  async function begin(
    size: string,
    options: DaemonOptions = {},
  ): Promise<{ fileSystem: SmallFileSystem; daemon: TestDaemon }> {
    const fileSystem = await newFileSystem(`size=${size}`);
    const daemon = new TestDaemon(fileSystem.folder, {
      ...options,
      // The runtime file is on another one.
      environment: { MCC_RUNTIME_DIR: join(await newFolder(), "run") },
    });
    daemons.push(daemon);
    await daemon.start();
    return { fileSystem, daemon };
  }

  async function withClient<T>(daemon: TestDaemon, work: (client: Client) => Promise<T>): Promise<T> {
    const client = await daemon.client();
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }

  for (const state of ["full", "read-only"] as const) {
    it(`${state}: it starts, reports it, and ends without a failure`, async () => {
      const { fileSystem, daemon } = await begin("1m");
      await daemon.stop();
      await (state === "full" ? fileSystem.fill() : fileSystem.makeReadOnly());
      await daemon.start();
      assert.match(daemon.log, /could not be written; it is tried again/);
      await withClient(daemon, async (client) => {
        assert.equal((await client.call("server.info", {})).instances, 0);
        if (state === "full") {
          await assertMccError(
            client.call("instance.create", { name: "web" }),
            "exhausted",
            /has no space left/,
          );
        }
      });
      assert.equal(await daemon.stop(), 0, daemon.log);
      await fileSystem.empty();
      await fileSystem.makeWritable();
      await daemon.start();
      await withClient(daemon, (client) => client.call("instance.create", { name: "web", waitSeconds: 10 }));
      assert.equal(await daemon.stop(), 0, daemon.log);
    });
  }

  it("full, over LXC: stops, starts, destroys and removes; refuses the rest; leaves nothing", async () => {
    const { fileSystem, daemon } = await begin("24m", { driver: "lxc" });
    const path = join(await newFolder(), "micro.tar");
    await copyFile(microTarball(), path);
    await withClient(daemon, async (client) => {
      await client.call("image.import", { name: "micro", path });
      for (const name of ["web", "old"]) {
        const { id } = await client.call("instance.create", { name });
        await client.call("instance.wait", { instance: id });
      }
      await fileSystem.fill();
      await assertMccError(
        client.call("instance.create", { name: "more", waitSeconds: 20 }),
        "exhausted",
        /\(tmpfs\) has no/,
      );
      const images = await readdir(join(daemon.stateFolder, "lxc", "images"));
      await assertMccError(
        client.call("image.import", { name: "second", path }),
        "exhausted",
        /cannot be unpacked: .*No space left on device.*\(tmpfs\) has no space left/,
      );
      assert.deepEqual(await readdir(join(daemon.stateFolder, "lxc", "images")), images);
      await client.call("instance.stop", { instance: "web", graceSeconds: 0 });
      await client.call("instance.destroy", { instance: "old" });
    });
    await fileSystem.fill();
    await daemon.kill();
    await daemon.start();
    await withClient(daemon, async (client) => {
      const list = await client.call("instance.list", {});
      assert.deepEqual(
        list.map(({ name, status }) => [name, status]),
        [["web", "stopped"]],
      );
      await client.call("instance.start", { instance: "web" });
      const { exitCode } = await client.call("instance.exec", { instance: "web", command: ["true"] });
      assert.equal(exitCode, 0);
      await client.call("instance.destroy", { instance: "web" });
      await fileSystem.fill();
      assert.deepEqual(await client.call("image.remove", { name: "micro" }), { removed: true });
      await fileSystem.empty();
      await client.call("image.import", { name: "micro", path });
      const { id } = await client.call("instance.create", { name: "web" });
      await client.call("instance.wait", { instance: id });
    });
    await fileSystem.fill();
    await daemon.stop();
    await daemon.purge();
    assert.ok(!existsSync(daemon.stateFolder));
  });

  it("without an inode, over LXC: a start is refused as exhausted, a stop and a destroy work", async () => {
    const { fileSystem, daemon } = await begin("24m,nr_inodes=1000", { driver: "lxc" });
    await withClient(daemon, async (client) => {
      await client.call("image.import", { name: "micro", path: microTarball() });
      for (const name of ["web", "old"]) {
        const { id } = await client.call("instance.create", { name });
        await client.call("instance.wait", { instance: id });
      }
      await client.call("instance.stop", { instance: "web", graceSeconds: 0 });
      await fileSystem.fillInodes();
      await assertMccError(
        client.call("instance.start", { instance: "web" }),
        "exhausted",
        /lxc-start of container \d+ failed .*\(tmpfs\) has no inodes left \(.*\); remove files on it, and try again\.$/,
      );
      await client.call("instance.stop", { instance: "old", graceSeconds: 0 });
      await client.call("instance.destroy", { instance: "old" });
      await fileSystem.empty();
      await client.call("instance.start", { instance: "web" });
    });
    await daemon.stop();
    await daemon.purge();
  });

  it("read-only, over LXC: a destroy ends the container and is finished later", async () => {
    const { fileSystem, daemon } = await begin("24m", { driver: "lxc" });
    await withClient(daemon, async (client) => {
      await client.call("image.import", { name: "micro", path: microTarball() });
      const { id } = await client.call("instance.create", { name: "web" });
      await client.call("instance.wait", { instance: id });
      await fileSystem.makeReadOnly();
      await assertMccError(
        client.call("instance.destroy", { instance: "web" }),
        "unavailable",
        /tried again: .*is read-only/,
      );
      const [web] = await client.call("instance.list", {});
      assert.equal(web?.status, "failed");
      await fileSystem.makeWritable();
      await eventually(async () => (await client.call("instance.list", {})).length === 0, "it is gone");
    });
    await daemon.stop();
    await daemon.purge();
  });
});
