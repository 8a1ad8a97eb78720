import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { scriptInside } from "../../../../support/lxc/network-inside";
import { shell, startContainer } from "../../../../support/lxc/running-container";
import { eventually } from "../../../../support/time/eventually";

const network = { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: true };

describe("the way of LXC containers to other networks", function () {
  this.timeout(60_000);
  // First, as it wants to be alone in the network.
  const host = lxcHosts({ network, containersPerBridge: 1 }, { networkLookEveryMs: 50 });
  let world: ChildProcess;

  /** A network behind an uplink with a small MTU. */
  before(async () => {
    world = spawn("unshare", ["--net", "sleep", "1000"], { stdio: "ignore" });
    await execa("ip", ["link", "add", "world0", "mtu", "1400", "type", "veth", "peer", "name", "world1"]);
    await execa("ip", ["address", "add", "198.19.0.1/24", "dev", "world0"]);
    await execa("ip", ["link", "set", "world0", "up"]);
    await execa("ip", ["link", "set", "world1", "netns", String(world.pid)]);
    await inWorld("ip", "address", "add", "198.19.0.2/24", "dev", "world1");
    await inWorld("ip", "link", "set", "world1", "up");
    await execa("ip", ["route", "add", "default", "via", "198.19.0.2"]);
  });

  after(async () => {
    const exit = once(world, "exit");
    world.kill("SIGKILL");
    await exit;
    await execa("ip", ["link", "delete", "world0"], { reject: false });
  });

  async function inWorld(...command: string[]): Promise<string> {
    return (await execa("nsenter", ["--net", `--target=${world.pid ?? 0}`, ...command])).stdout;
  }

  const mtu = async (link: string): Promise<number> =>
    Number(await readFile(`/sys/class/net/${link}/mtu`, "utf8"));

  it("has the uplink's MTU at the bridges and inside, and follows it", async () => {
    await startContainer(host(), 500);
    await startContainer(host(), 501);
    const { place, driver } = host();
    const links = [place.bridge, place.bridgeOf(2), place.jointOf(2).atFirst, place.jointOf(2).atBridge];
    assert.deepEqual(await Promise.all(links.map(mtu)), [1400, 1400, 1400, 1400]);
    assert.equal(await shell(host(), "cat /sys/class/net/eth0/mtu"), "1400");
    assert.equal(await shell(host(), "ping -c 1 -W 5 198.18.0.101 >/dev/null && echo answered"), "answered");
    await execa("ip", ["link", "set", "world0", "mtu", "1350"]);
    await eventually(async () => (await mtu(place.bridgeOf(2))) === 1350, "the bridges follow");
    await driver.stop(500, 0);
    await driver.start(500);
    assert.equal(await shell(host(), "cat /sys/class/net/eth0/mtu"), "1350");
    await execa("ip", ["link", "set", "world0", "mtu", "1400"]);
  });

  it("has TCP segments that fit it, also from containers with a larger MTU", async () => {
    await startContainer(host(), 500);
    await shell(host(), "ip link set eth0 mtu 9000");
    await inWorld(...["nft", "add table ip seen; add counter ip seen large; add counter ip seen fitting;"]);
    const chain = "{ type filter hook prerouting priority 0; policy accept; }";
    await inWorld("nft", `add chain ip seen in ${chain}`);
    await inWorld(
      "nft",
      "add rule ip seen in tcp flags syn tcp option maxseg size > 1360 counter name large",
    );
    await inWorld(
      "nft",
      "add rule ip seen in tcp flags syn tcp option maxseg size <= 1360 counter name fitting",
    );
    const client = await scriptInside(
      host(),
      500,
      `console.log("ready"); require("node:net").connect(9, "198.19.0.2").on("error", (error) => console.log(error.code));`,
    );
    try {
      assert.equal(await client.line(), "ECONNREFUSED");
      const counters = await inWorld("nft", "list", "counters");
      assert.match(counters, /counter large \{\s+packets 0 /);
      assert.match(counters, /counter fitting \{\s+packets [1-9]/);
    } finally {
      await client.end();
    }
  });
});
