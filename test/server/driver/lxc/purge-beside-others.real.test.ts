import assert from "node:assert/strict";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLxcDriver } from "../../../../server/driver/lxc/driver";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { lxcHosts } from "../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../support/lxc/running-container";
import { driverOptions } from "../driver-options";

const marks = JSON.stringify({ "fs/inotify/max_user_instances": "128" });
const limitFile = "/proc/sys/fs/inotify/max_user_instances";

/** Each driver has its own namespaces, like every real test. The limits and the cgroups are the host's. */
describe("the purge of one of two LXC drivers on a host", () => {
  const host = lxcHosts();
  const newFolder = temporaryFolders();

  it("keeps the limits for the other's containers, whether or not their daemon runs", async () => {
    await startContainer(host());
    for (const daemonRuns of [true, false]) {
      if (!daemonRuns) {
        await host().driver.close();
      }
      const folder = await newFolder();
      await chmod(folder, 0o755);
      const options = driverOptions(join(folder, "lxc"), {
        network: { address: "198.19.0.0", prefixLength: 24, gateway: "198.19.0.1", nat: false },
      });
      const other = createLxcDriver(options);
      // As if this driver had raised it.
      await mkdir(options.folder);
      await writeFile(join(options.folder, "kernel-limits-were.json"), marks);
      await other.open();
      await other.close();
      await other.purge();
      assert.equal((await readFile(limitFile, "utf8")).trim(), "65536");
    }
    assert.equal(await shell(host(), "echo up"), "up");
  });
});
