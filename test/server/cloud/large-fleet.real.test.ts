import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { applyFleet, type Client } from "../../../client";
import { importMicro } from "../../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../../support/daemons/test-daemon";
import { eventually } from "../../support/time/eventually";

/** More than the 1,023 ports that the kernel allows on a bridge (BR_MAX_PORTS). */
const count = 1030;
const links = "/sys/class/net";

describe("a fleet that is too large for one bridge", function () {
  this.timeout(300_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc", words: ["-r", "198.18.0.2-198.18.7.250"] });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
  });
  after(() => client.close());

  async function shell(instance: string, script: string): Promise<string> {
    const { stdout } = await client.call("instance.exec", { instance, command: ["sh", "-c", script] });
    return Buffer.from(stdout, "base64").toString().trimEnd();
  }

  it("has one network in which its members resolve each other, and leaves nothing", async () => {
    const before = await readdir(links);
    const { members } = await applyFleet(client, { name: "web", count, type: "light", waitFor: "running" });
    assert.equal(members.length, count);
    const reach = (name: string): string => `ping -c 1 -W 10 ${name} >/dev/null && echo ${name} answered`;
    assert.equal(await shell(`web-${count}`, reach("web-1")), "web-1 answered");
    assert.equal(await shell("web-1", reach(`web-${count}`)), `web-${count} answered`);
    assert.deepEqual(await client.call("fleet.destroy", { fleet: "web" }), { destroyed: count });
    const cables = async (): Promise<string[]> =>
      (await readdir(links)).filter((link) => !before.includes(link) && link.startsWith("mcv"));
    await eventually(async () => (await cables()).length === 0, "no cable of a member is left");
  });
});
