import assert from "node:assert/strict";
import { execa } from "execa";
import { hardwareAddress } from "../../../../../../server/driver/hardware-address";
import { lxcHosts } from "../../../../../support/lxc/lxc-host";
import { linkLocalAddress, runInside } from "../../../../../support/lxc/network-inside";
import {
  advertisement,
  arpAnswer,
  broadcast,
  frame,
  icmpv6,
  sendFrames,
} from "../../../../../support/lxc/raw-frames";
import { startContainer } from "../../../../../support/lxc/running-container";
import { eventually } from "../../../../../support/time/eventually";
import { containerSpec } from "../../../container-spec";

const network = { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: false };
const victim = "198.18.0.100";
const free = "198.18.0.200";

describe("the addresses of LXC containers of another group", function () {
  this.timeout(120_000);
  const host = lxcHosts({ network, containersPerBridge: 3 }, { networkLookEveryMs: 50 });

  /** 500 is the victim, 501 and 502 are of another group, and 503 is of the victim's. */
  async function startFour(): Promise<void> {
    for (const [index, networkGroup] of ["a", "b", "b", "a"].entries()) {
      await startContainer(host(), 500 + index, { networkGroup });
    }
  }

  const inside = async (id: number, ...words: string[]): Promise<string> =>
    await runInside(host(), id, ...words);

  async function hostReaches(address: string): Promise<boolean> {
    return (
      (await execa("busybox", ["ping", "-c", "1", "-W", "1", address], { reject: false })).exitCode === 0
    );
  }

  /** What the host knows of an address on the first bridge. */
  async function known(address: string): Promise<string | undefined> {
    const { stdout } = await execa("ip", ["-json", "neighbour", "show", address, "dev", host().place.bridge]);
    const [row] = JSON.parse(stdout === "" ? "[]" : stdout) as { lladdr?: string }[];
    return row?.lladdr;
  }

  /** Returns the port to which the bridge sends what is for a hardware address. */
  async function portOf(hardware: string): Promise<string | undefined> {
    const { stdout } = await execa("bridge", ["-json", "fdb", "show", "br", host().place.bridge]);
    const rows = JSON.parse(stdout) as { mac: string; ifname: string }[];
    return rows.find(({ mac }) => mac === hardware)?.ifname;
  }

  /** As keepalived does it. @param device an interface of the container. */
  async function announce(id: number, address: string, device = "eth0"): Promise<void> {
    await inside(id, "ip", "address", "add", `${address}/24`, "dev", device);
    for (const kind of ["-A", "-U"]) {
      await inside(id, "busybox", "arping", kind, "-c", "1", "-I", device, address);
    }
  }

  /** Ends when an announcement by the container, which is sent after the others, has reached the host. */
  async function announcementsArrive(id: number, address = "198.18.0.210"): Promise<void> {
    await announce(id, address);
    assert.ok(await hostReaches(address));
    assert.equal(await known(address), hardwareAddress(`198.18.0.${id - 400}`));
  }

  it("cannot be announced by ARP, not even with a VLAN tag or after another program flushed the rules", async () => {
    await startFour();
    assert.ok(await hostReaches(victim));
    const isUnchanged = async (): Promise<void> => {
      assert.equal(await known(victim), hardwareAddress(victim));
      assert.ok(await hostReaches(victim));
    };
    await announce(501, victim);
    await announcementsArrive(501);
    await isUnchanged();

    const from = hardwareAddress("198.18.0.101");
    const answer = arpAnswer(victim, from);
    await sendFrames(host(), 501, [
      ...[
        [[0x8100, 0]],
        [[0x88a8, 0]],
        [
          [0x88a8, 0],
          [0x8100, 0],
        ],
        [
          [0x8100, 0],
          [0x8100, 0],
        ],
      ].map((tags) => frame({ to: broadcast, from, tags: tags as [number, number][] }, 0x0806, answer)),
      frame({ to: host().place.bridgeHardwareAddress, from, tags: [[0x8100, 0]] }, 0x0806, answer),
      frame({ to: broadcast, from }, 0x0806, arpAnswer(victim, from, 6)),
    ]);
    await announcementsArrive(501, "198.18.0.211");
    await isUnchanged();

    const repairs = (): number => host().driver.networkHealth?.()?.repairs ?? 0;
    const before = repairs();
    await execa("nft", ["flush", "ruleset"]);
    await eventually(() => repairs() > before, "the rules are restored");
    await inside(501, "busybox", "arping", "-A", "-c", "1", "-I", "eth0", victim);
    await announcementsArrive(501, "198.18.0.212");
    await isUnchanged();
  });

  it("cannot be the source of packets, also for the host's own address", async () => {
    await startFour();
    const arrived = async (id: number, source: string): Promise<number> => {
      await execa("nft", ["add", "table", "ip", "count"]);
      await execa("nft", [
        "add",
        "chain",
        "ip",
        "count",
        "prerouting",
        "{ type filter hook prerouting priority -400 ; }",
      ]);
      const rule = ["iifname", host().place.bridge, "ip", "saddr", source, "counter"];
      await execa("nft", ["add", "rule", "ip", "count", "prerouting", ...rule]);
      await inside(id, "ip", "address", "add", `${source}/32`, "dev", "eth0");
      await inside(id, "sh", "-c", `busybox ping -c 1 -W 1 -I ${source} ${network.gateway} || true`);
      const { stdout } = await execa("nft", ["list", "table", "ip", "count"]);
      await execa("nft", ["delete", "table", "ip", "count"]);
      return Number(/counter packets (\d+)/.exec(stdout)?.[1]);
    };
    assert.equal(await arrived(501, victim), 0);
    assert.equal(await arrived(501, free), 1);
    assert.equal(await arrived(503, victim), 1, "from its own group");
    assert.equal(await arrived(501, network.gateway), 0);
  });

  it("cannot be announced by IPv6", async () => {
    await startFour();
    const address = await linkLocalAddress(host(), 500);
    const { bridge } = host().place;
    const reaches = async (): Promise<boolean> =>
      (await execa("busybox", ["ping", "-c", "1", "-W", "1", "-I", bridge, address], { reject: false }))
        .exitCode === 0;
    await eventually(reaches, "the host reaches it");
    assert.equal(await known(address), hardwareAddress(victim));
    const from = hardwareAddress("198.18.0.101");
    const own = await linkLocalAddress(host(), 501);
    const head = { to: "33:33:00:00:00:01", from };
    const options = Buffer.from([icmpv6, 0, 1, 4, 0, 0, 0, 0]);
    const fragment = Buffer.from([icmpv6, 0, 0, 0, 0, 0, 0, 1]);
    await sendFrames(host(), 501, [
      frame(head, 0x86dd, advertisement(address, address, from)),
      frame(head, 0x86dd, advertisement(own, address, from)),
      frame({ ...head, tags: [[0x8100, 0]] }, 0x86dd, advertisement(own, address, from)),
      ...[0, 60, 43].map((type) =>
        frame(head, 0x86dd, advertisement(own, address, from, { type, headers: options })),
      ),
      frame(head, 0x86dd, advertisement(own, address, from, { type: 44, headers: fragment })),
    ]);
    await announcementsArrive(501);
    assert.ok(await reaches());
    assert.equal(await known(address), hardwareAddress(victim));

    // The same frame is believed of an address that belongs to no other group.
    const { stdout } = await execa("ip", [
      "neighbour",
      "replace",
      "fe80::210",
      "lladdr",
      broadcast.replaceAll("ff", "02"),
      "dev",
      bridge,
      "nud",
      "stale",
    ]);
    assert.equal(stdout, "");
    await sendFrames(host(), 501, [frame(head, 0x86dd, advertisement(own, "fe80::210", from))]);
    await eventually(async () => (await known("fe80::210")) === from, "the host believes it");
  });

  it("cannot be taken from the bridge's table of ports", async () => {
    await startFour();
    const { place } = host();
    const cable = (id: number): string => `${place.vethPrefix}a0${id === 500 ? 0 : 1}${id.toString(36)}`;
    const hardware = hardwareAddress(victim);
    assert.ok(await hostReaches(victim));
    assert.equal(await portOf(hardware), cable(500));
    await inside(501, "ip", "link", "set", "eth0", "address", hardware);
    await inside(501, "sh", "-c", "busybox ping -c 1 -W 1 198.18.0.1 || true");
    assert.equal(await portOf(hardware), cable(500));
    await inside(501, "ip", "link", "set", "eth0", "address", hardwareAddress("198.18.0.101"));
    // The bridge does not repeat frames of its own protocols. From those of LLDP (0e), it could learn without any rule.
    for (const last of ["00", "03", "0e", "21"]) {
      const head = { to: `01:80:c2:00:00:${last}`, from: hardware };
      await sendFrames(host(), 501, [frame(head, 0x88cc, Buffer.alloc(46))]);
    }
    await announcementsArrive(501);
    assert.equal(await portOf(hardware), cable(500));
    assert.ok(await hostReaches(victim));
  });

  it("may be taken over within the group, and by all once the container is gone; others are free", async () => {
    await startFour();
    await announce(501, free);
    assert.ok(await hostReaches(free));
    assert.equal(await known(free), hardwareAddress("198.18.0.101"));
    await inside(501, "ip", "address", "delete", `${free}/24`, "dev", "eth0");
    await announce(500, free);
    assert.equal(await known(free), hardwareAddress(victim), "also by another group, as it belongs to none");

    await host().driver.stop(500, 0);
    await announce(503, victim);
    assert.ok(await hostReaches(victim));
    assert.equal(await known(victim), hardwareAddress("198.18.0.103"));
    await inside(503, "ip", "address", "delete", `${victim}/24`, "dev", "eth0");
    await host().driver.destroy(500);
    await announce(501, victim);
    assert.ok(await hostReaches(victim));
    assert.equal(await known(victim), hardwareAddress("198.18.0.101"));
  });

  it("are known to the next daemon, and of those that it creates", async () => {
    await startFour();
    await host().driver.close();
    const next = host().nextDriver();
    await next.open();
    await announce(501, victim);
    await next.create(containerSpec(504, { networkGroup: "a" }));
    await announce(501, "198.18.0.104");
    await announcementsArrive(501);
    assert.ok(await hostReaches(victim));
    assert.equal(await known(victim), hardwareAddress(victim));
    assert.equal(await hostReaches("198.18.0.104"), false);
    await next.close();
  });
});
