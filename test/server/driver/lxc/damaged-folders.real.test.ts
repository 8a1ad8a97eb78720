import assert from "node:assert/strict";
import { rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "../../../../client/client";
import { importMicro } from "../../../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../../../support/daemons/test-daemon";

/** Folders of the LXC driver, and whether instances can be created right after a start without the folder. */
const folders = [
  { folder: "lxc", hasImages: false },
  { folder: "lxc/containers", hasImages: true },
  { folder: "lxc/images", hasImages: false },
  { folder: "lxc/lxc", hasImages: true },
] as const;

const replacements = [
  { kind: "a file", put: (path: string) => writeFile(path, "") },
  { kind: "a link to nowhere", put: (path: string) => symlink("/nonexistent/folder", path) },
] as const;

describe("an entry in the place of a folder of the LXC driver", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();

  async function withClient<T>(daemon: TestDaemon, work: (client: Client) => Promise<T>): Promise<T> {
    const client = await daemon.client();
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }

  async function create(client: Client, name: string): Promise<void> {
    const { id } = await client.call("instance.create", { name });
    await client.call("instance.wait", { instance: id });
  }

  for (const { folder, hasImages } of folders) {
    for (const { kind, put } of replacements) {
      it(`${folder} is ${kind}: it is moved away, and running instances are served, destroyed and purged`, async () => {
        const daemon = await newDaemon({ driver: "lxc" });
        await daemon.start();
        await withClient(daemon, async (client) => {
          await importMicro(daemon, client);
          await create(client, "web");
        });
        await daemon.kill();
        const path = join(daemon.stateFolder, folder);
        const aside = join(daemon.folder, "aside");
        await rename(path, aside);
        await put(path);
        await daemon.start();
        await withClient(daemon, async (client) => {
          const [web] = await client.call("instance.list", {});
          assert.deepEqual([web?.name, web?.status], ["web", "running"]);
          const { damaged } = await client.call("server.info", {});
          assert.deepEqual(
            damaged.map(({ file }) => file),
            [folder],
          );
          if (!hasImages) {
            assert.deepEqual(await client.call("image.list", {}), []);
            await importMicro(daemon, client);
          }
          await create(client, "new");
          await client.call("instance.destroy", { instance: "new" });
          await client.call("instance.destroy", { instance: "web" });
          assert.deepEqual(await client.call("instance.list", {}), []);
        });
        await daemon.stop();
        await daemon.purge();
        await rm(aside, { recursive: true });
      });
    }
  }

  it("does not prevent a purge", async () => {
    for (const { folder } of folders) {
      const daemon = await newDaemon({ driver: "lxc" });
      await daemon.start();
      await withClient(daemon, async (client) => {
        await importMicro(daemon, client);
        await create(client, "web");
      });
      await daemon.kill();
      const path = join(daemon.stateFolder, folder);
      await rename(path, join(daemon.folder, "aside"));
      await writeFile(path, "");
      await daemon.purge();
    }
  });
});
