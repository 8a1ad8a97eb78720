import assert from "node:assert/strict";
import { execa } from "execa";
import { type LxcHost, lxcHosts } from "../../../../support/lxc/lxc-host";
import {
  inNetworkOf,
  linkLocalAddress,
  runInside,
  type ScriptInside,
  scriptInside,
} from "../../../../support/lxc/network-inside";
import { startContainer } from "../../../../support/lxc/running-container";
import { eventually } from "../../../../support/time/eventually";

/** Counts what arrives from container 500, whatever the kernel makes of it. */
const counters = `table inet counted {
  counter reports { }
  counter solicitations { }
  counter hellos { }
  chain prerouting {
    type filter hook prerouting priority -300; policy accept;
    ether saddr 02:00:c6:12:00:64 ip protocol igmp counter name reports
    ether saddr 02:00:c6:12:00:64 icmpv6 type { mld2-listener-report, nd-router-solicit } counter name solicitations
    ether saddr 02:00:c6:12:00:64 udp dport 5353 counter name hellos
  }
}`;

const group = "239.1.2.3";

/** Joins a group, for which the kernel sends reports, then sends to it. */
const joinAndSend = `
  const socket = require("node:dgram").createSocket("udp4");
  socket.bind(0, "198.18.0.100", () => {
    socket.addMembership("${group}", "198.18.0.100");
    socket.setMulticastInterface("198.18.0.100");
    setInterval(() => socket.send("hello", 5353, "${group}"), 100);
    console.log("ready");
  });`;

/** Sends a router advertisement to all nodes, by which a container shows that it is a router. */
const advertise = `use Socket;
  socket(my $s, 10, 3, 58) or die "socket: $!";
  my $index = do { open my $f, "<", "/proc/net/dev_snmp6/eth0" or die; <$f> =~ /(\\d+)/; $1 };
  setsockopt($s, 41, 17, pack("i", $index)) or die "interface: $!";
  setsockopt($s, 41, 18, pack("i", 255)) or die "hops: $!";
  my $to = pack("SnNa16L", 10, 0, 0, Socket::inet_pton(10, "ff02::1"), $index);
  send($s, pack("CCnCCnNN", 134, 0, 0, 64, 0, 1800, 0, 0), 0, $to) or die "send: $!";`;

async function install(host: LxcHost, id: number): Promise<void> {
  const [nsenter = "", ...words] = await inNetworkOf(host, id);
  await execa(nsenter, [...words, "nft", "-f", "-"], { input: counters });
}

async function counted(host: LxcHost, id: number, counter: string): Promise<number> {
  const text = await runInside(host, id, "nft", "list", "counter", "inet", "counted", counter);
  return Number(/packets (\d+)/.exec(text)?.[1]);
}

describe("what LXC containers say to all", function () {
  this.timeout(60_000);
  const scripts: ScriptInside[] = [];

  afterEach(async () => {
    await Promise.all(scripts.splice(0).map((script) => script.end()));
  });

  async function startTwo(host: LxcHost): Promise<void> {
    await startContainer(host, 500);
    await startContainer(host, 501);
    await install(host, 501);
  }

  describe("while they boot", () => {
    const host = lxcHosts({}, { settleMs: 3_600_000 });

    it("is for the host alone, as far as it is chatter", async () => {
      await startTwo(host());
      scripts.push(await scriptInside(host(), 500, joinAndSend));
      await eventually(async () => (await counted(host(), 501, "hellos")) > 10, "multicast arrives");
      assert.equal(await counted(host(), 501, "reports"), 0);
      assert.equal(await counted(host(), 501, "solicitations"), 0);
    });

    it("is for all once one of them is a router", async () => {
      await startTwo(host());
      await linkLocalAddress(host(), 501);
      await runInside(host(), 501, "perl", "-e", advertise);
      await runInside(host(), 500, "ip", "-6", "address", "add", "fd00::5/64", "dev", "eth0");
      await eventually(async () => (await counted(host(), 501, "solicitations")) > 0, "reports arrive");
    });
  });

  describe("once they have run for a while", () => {
    const host = lxcHosts({}, { settleMs: 20 });

    it("is for all, in their next life too", async () => {
      await startTwo(host());
      for (const life of ["first", "second"]) {
        const before = await counted(host(), 501, "reports");
        // A report that was sent too early is not repeated; joining again sends another one.
        await eventually(async () => {
          scripts.push(await scriptInside(host(), 500, joinAndSend));
          await Promise.all(scripts.splice(0).map((script) => script.end()));
          return (await counted(host(), 501, "reports")) > before;
        }, `reports arrive in its ${life} life`);
        await host().driver.stop(500, 0);
        await host().driver.start(500);
      }
    });
  });

  describe("when the daemon starts again", () => {
    const host = lxcHosts({}, { settleMs: 3_600_000 });

    it("is for all from containers that were there", async () => {
      await startTwo(host());
      await host().driver.close();
      const next = host().nextDriver();
      await next.open();
      try {
        scripts.push(await scriptInside(host(), 500, joinAndSend));
        await eventually(async () => (await counted(host(), 501, "reports")) > 0, "reports arrive");
      } finally {
        await next.close();
      }
    });
  });
});
