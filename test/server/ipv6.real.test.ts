import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { execa } from "execa";
import type { Client } from "../../client/client";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { eventually } from "../support/time/eventually";

const stack = { "minicloud/project": "web", "minicloud/stack": "test" };
const forwarding = "/proc/sys/net/ipv6/conf/all/forwarding";

describe("LXC instances with IPv6 addresses", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc", words: ["--range6", "fd00:1234::/64", "--nat"] });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
  });

  after(() => client.close());

  async function create(name: string): Promise<string> {
    await client.call("instance.create", { name, labels: stack });
    const { instance } = await client.call("instance.wait", { instance: name });
    return instance.ipv6Address ?? "";
  }

  async function shell(instance: string, script: string): Promise<string> {
    const result = await client.call("instance.exec", { instance, command: ["sh", "-c", script] });
    return Buffer.from(result.stdout, "base64").toString().trim();
  }

  const ping = (host: string): string => `ping -6 -c 1 -W 2 ${host} >/dev/null && echo answered`;

  it("reach each other and the host by address and by name, and answer the host", async () => {
    const one = await create("one");
    const two = await create("two");
    assert.match(one, /^fd00:1234::/);
    assert.notEqual(one, two);
    for (const host of [two, "two", "fd00:1234::1"]) {
      await eventually(async () => (await shell("one", ping(host))) === "answered", `one reaches ${host}`);
    }
    await execa("busybox", ["ping", "-6", "-c", "1", "-W", "5", two]);
    assert.match(await shell("one", "ip -6 route"), /default via fd00:1234::1/);
  });

  it("reach other networks by the host's address", async () => {
    await eventually(
      async () => (await shell("one", ping("fd00:1234::1"))) === "answered",
      "the host answers",
    );
    assert.equal((await readFile(forwarding, "utf8")).trim(), "1");
    const world: ChildProcess = spawn("unshare", ["--net", "sleep", "1000"], { stdio: "ignore" });
    const inWorld = ["--net", `--target=${world.pid ?? 0}`, "ip"];
    try {
      await execa("ip", ["link", "add", "world0", "type", "veth", "peer", "name", "world1"]);
      await execa("ip", ["address", "add", "fd00:9::1/64", "dev", "world0", "nodad"]);
      await execa("ip", ["link", "set", "world0", "up"]);
      await execa("ip", ["link", "set", "world1", "netns", String(world.pid)]);
      await execa("nsenter", [...inWorld, "address", "add", "fd00:9::2/64", "dev", "world1", "nodad"]);
      await execa("nsenter", [...inWorld, "link", "set", "world1", "up"]);
      await eventually(
        async () => (await shell("one", ping("fd00:9::2"))) === "answered",
        "the world answers",
      );
    } finally {
      const exit = once(world, "exit");
      world.kill("SIGKILL");
      await exit;
    }
  });

  it("keep their addresses after a restart of the instance and of the daemon", async () => {
    client.close();
    await daemon.kill();
    await daemon.start();
    client = await daemon.client();
    const { ipv6Address } = await client.call("instance.restart", { instance: "one", graceSeconds: 0 });
    assert.ok((await shell("one", "ip -6 address show dev eth0")).includes(`${ipv6Address ?? "none"}/64`));
    await eventually(async () => (await shell("two", ping("one"))) === "answered", "it answers again");
  });

  it("have the host's address on the bridge again when it was removed", async () => {
    const { stdout } = await execa("ip", ["-6", "-o", "address", "show", "to", "fd00:1234::1"]);
    const bridge = /(mcbr-\S+)/.exec(stdout)?.[1] ?? "";
    await execa("ip", ["-6", "address", "delete", "fd00:1234::1/64", "dev", bridge]);
    await eventually(async () => (await shell("one", ping("fd00:1234::1"))) === "answered", "it is back");
  });
});
