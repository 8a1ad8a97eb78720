import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Client } from "../../client/client";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { eventually } from "../support/time/eventually";

describe("a daemon whose host's network changes", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();
  let daemon: TestDaemon;
  let client: Client;
  let resolvConf = "";

  before(async () => {
    resolvConf = join(await newFolder(), "resolv.conf");
    await writeFile(resolvConf, "nameserver 192.0.2.1\n");
    // In the mount namespace of this test and its daemon alone.
    await execa("mount", ["--bind", resolvConf, "/etc/resolv.conf"]);
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
  });

  after(async () => {
    client.close();
    await execa("umount", ["/etc/resolv.conf"]);
  });

  async function create(name: string): Promise<void> {
    await client.call("instance.create", { name });
    await client.call("instance.wait", { instance: name });
  }

  async function nameServersOf(instance: string): Promise<string> {
    const { stdout } = await client.call("instance.exec", { instance, command: ["cat", "/etc/resolv.conf"] });
    return Buffer.from(stdout, "base64").toString();
  }

  it("gives new and restarted instances the host's new name servers", async () => {
    await create("old");
    assert.equal(await nameServersOf("old"), "nameserver 192.0.2.1\n");
    await writeFile(resolvConf, "search lan\nnameserver 192.0.2.2\n");
    await eventually(async () => {
      await client.call("instance.restart", { instance: "old", graceSeconds: 0 });
      return (await nameServersOf("old")) === "nameserver 192.0.2.2\n";
    }, "a restarted one has them");
    await create("new");
    assert.equal(await nameServersOf("new"), "nameserver 192.0.2.2\n");
  });

  it("repairs its firewall, and says so in server.info and in the log", async () => {
    const network = async (): Promise<{ problems: unknown[]; repairs: number } | undefined> =>
      (await client.call("server.info", {})).network;
    assert.equal((await network())?.repairs, 0);
    await execa("nft", ["flush", "ruleset"]);
    await eventually(async () => (await network())?.repairs === 1, "it is repaired");
    assert.match((await execa("nft", ["list", "tables"])).stdout, /table bridge minicloud-/);
    assert.match(daemon.log, /repaired the network of the instances: the firewall's table bridge/);
  });
});
