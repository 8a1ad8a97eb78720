import assert from "node:assert/strict";
import type { Client } from "../../../../client/client";
import { importMicro } from "../../../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../../../support/daemons/test-daemon";

const devices = "stat -c '%a %F %t:%T %u' /dev/net/tun /dev/fuse";
const present = "666 character special file a:c8 0\n666 character special file a:e5 0";

describe("the devices of LXC containers", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
    const { id } = await client.call("instance.create", { name: "micro" });
    await client.call("instance.wait", { instance: id });
  });

  after(() => client.close());

  async function shell(script: string): Promise<string> {
    const result = await client.call("instance.exec", { instance: "micro", command: ["sh", "-c", script] });
    const output = Buffer.from(result.stdout, "base64").toString().trim();
    return result.exitCode === 0 ? output : `${result.exitCode} ${output}`;
  }

  it("belong to root, and all users can open them", async () => {
    assert.equal(await shell(devices), present);
    assert.equal(await shell(": <>/dev/fuse && : <>/dev/net/tun && echo opened"), "opened");
  });

  it("are the same under another daemon", async () => {
    client.close();
    await daemon.restart();
    client = await daemon.client();
    await client.call("instance.restart", { instance: "micro" });
    assert.equal(await shell(devices), present);
  });
});
