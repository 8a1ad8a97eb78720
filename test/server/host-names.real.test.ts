import assert from "node:assert/strict";
import type { Client } from "../../client/client";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { eventually } from "../support/time/eventually";

const webStack = { "minicloud/project": "web", "minicloud/stack": "test" };

describe("names inside LXC containers", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
  });

  after(() => client.close());

  async function create(name: string, labels: Record<string, string>): Promise<string> {
    const { id } = await client.call("instance.create", { name, hostname: `${name}.example`, labels });
    const { instance } = await client.call("instance.wait", { instance: id });
    return instance.ipAddress;
  }

  /** Returns the output of a shell in the instance, or its exit code unless it is 0. */
  async function shell(instance: string, script: string): Promise<string> {
    const result = await client.call("instance.exec", { instance, command: ["sh", "-c", script] });
    const text = Buffer.from(result.stdout, "base64").toString().trim();
    return result.exitCode === 0 ? text : `${result.exitCode} ${text}`;
  }

  const ping = (host: string): string => `ping -c 1 -W 5 ${host} | sed -n 's/^PING.*(\\(.*\\)).*/\\1/p'`;

  it("resolve to the instances of the same stack, also later ones, and not to others", async () => {
    const one = await create("one", webStack);
    const two = await create("two", webStack);
    await create("stranger", {});
    for (const host of ["two", "two.example"]) {
      assert.equal(await shell("one", ping(host)), two);
    }
    assert.equal(await shell("two", ping("one")), one);
    assert.equal(await shell("two", ping("two")), two);
    assert.ok(!(await shell("one", "cat /etc/hosts")).includes("stranger"));
    assert.ok(!(await shell("stranger", "cat /etc/hosts")).includes("one"));
  });

  it("follow a rename, a destroy and a new daemon", async () => {
    await client.call("instance.update", { instance: "two", name: "three" });
    await eventually(async () => (await shell("one", ping("three"))) !== "", "the new name is known");
    client.close();
    await daemon.kill();
    await daemon.start();
    client = await daemon.client();
    const four = await create("four", webStack);
    assert.equal(await shell("three", ping("four")), four);
    await client.call("instance.destroy", { instance: "four" });
    await eventually(
      async () => !(await shell("three", "cat /etc/hosts")).includes("four"),
      "it is forgotten",
    );
    await client.call("instance.restart", { instance: "three" });
    assert.match(await shell("three", ping("one")), /^198\.18\./);
  });

  it("cannot be changed for others from inside", async () => {
    assert.match(await shell("one", "echo 198.18.0.9 trap >>/etc/hosts || echo refused"), /refused/);
    const own = "cp /etc/hosts /tmp/hosts && mv /tmp/hosts /etc/hosts && echo 198.18.0.9 mine >>/etc/hosts";
    assert.equal(await shell("one", `${own} && ${ping("mine")}; true`), "198.18.0.9");
    assert.ok(!(await shell("three", "cat /etc/hosts")).includes("mine"));
  });
});
