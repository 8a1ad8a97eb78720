import assert from "node:assert/strict";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import {
  linkLocalAddress,
  runInside,
  type ScriptInside,
  scriptInside,
} from "../../../../support/lxc/network-inside";
import { startContainer } from "../../../../support/lxc/running-container";

const receive = (group: string, local: string): string => `
  const socket = require("node:dgram").createSocket({ type: "udp4", reuseAddr: true });
  socket.on("message", (text, { address }) => console.log(address + " " + text));
  socket.bind(5353, () => { socket.addMembership("${group}", "${local}"); console.log("ready"); });`;

const send = (group: string, local: string): string => `
  const socket = require("node:dgram").createSocket("udp4");
  socket.bind(0, "${local}", () => {
    socket.setMulticastInterface("${local}");
    socket.setBroadcast(true);
    socket.setMulticastTTL(1);
    setInterval(() => socket.send("hello", 5353, "${group}"), 50);
    console.log("ready");
  });`;

describe("multicast and broadcast between LXC containers", function () {
  this.timeout(60_000);
  const host = lxcHosts();
  const scripts: ScriptInside[] = [];

  afterEach(async () => {
    await Promise.all(scripts.splice(0).map((script) => script.end()));
  });

  async function startBoth(): Promise<void> {
    await startContainer(host(), 500);
    await startContainer(host(), 501);
  }

  async function run(id: number, script: string): Promise<ScriptInside> {
    const running = await scriptInside(host(), id, script);
    scripts.push(running);
    return running;
  }

  for (const [use, group] of [
    ["VRRP", "224.0.0.18"],
    ["mDNS", "224.0.0.251"],
    ["any group", "239.1.2.3"],
  ] as const) {
    it(`reaches those who joined the group of ${use}`, async () => {
      await startBoth();
      const receiver = await run(501, receive(group, "198.18.0.101"));
      await run(500, send(group, "198.18.0.100"));
      assert.equal(await receiver.line(), "198.18.0.100 hello");
    });
  }

  it("reaches everybody by the broadcast addresses", async () => {
    await startBoth();
    for (const address of ["198.18.0.255", "255.255.255.255"]) {
      const receiver = await run(501, receive("224.0.0.251", "198.18.0.101"));
      await run(500, send(address, "198.18.0.100"));
      assert.equal(await receiver.line(), "198.18.0.100 hello", address);
      await Promise.all(scripts.splice(0).map((script) => script.end()));
    }
  });

  it("lets them reach each other and the host by IPv6 link-local addresses, right after their start", async () => {
    await startBoth();
    const address = await linkLocalAddress(host(), 501);
    await linkLocalAddress(host(), 500);
    await run(
      501,
      `require("node:net").createServer((socket) => socket.end("over IPv6")).listen(7000, "::", () => console.log("ready"));`,
    );
    const client = await run(
      500,
      `console.log("ready");
       require("node:net").connect(7000, "${address}%eth0").on("data", (text) => console.log(String(text)));`,
    );
    assert.equal(await client.line(), "over IPv6");
    const known = await runInside(host(), 500, "ip", "-6", "neighbour", "show", address);
    assert.match(known, /lladdr 02:00:c6:12:00:65/);
    await runInside(host(), 500, "busybox", "ping", "-6", "-c", "1", "-W", "5", "-I", "eth0", address);
  });

  it("finds all nodes by IPv6 multicast", async () => {
    await startBoth();
    const address = await linkLocalAddress(host(), 501);
    await linkLocalAddress(host(), 500);
    const receiver = await run(
      501,
      `const socket = require("node:dgram").createSocket("udp6");
       socket.on("message", (text) => console.log(String(text)));
       socket.bind(5353, () => { socket.addMembership("ff02::fb", "::%eth0"); console.log("ready"); });`,
    );
    await run(
      500,
      `const socket = require("node:dgram").createSocket("udp6");
       socket.bind(0, () => {
         socket.setMulticastInterface("::%eth0");
         setInterval(() => socket.send("to all", 5353, "ff02::fb%eth0"), 50);
         console.log("ready");
       });`,
    );
    assert.equal(await receiver.line(), "to all", `${address} hears mDNS over IPv6`);
  });
});
