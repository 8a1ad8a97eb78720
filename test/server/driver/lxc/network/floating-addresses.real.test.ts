import assert from "node:assert/strict";
import { execa } from "execa";
import { hardwareAddress } from "../../../../../server/driver/hardware-address";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { runInside } from "../../../../support/lxc/network-inside";
import { startContainer } from "../../../../support/lxc/running-container";
import { eventually } from "../../../../support/time/eventually";

const floating = "198.18.0.200";

describe("addresses that LXC containers give themselves", function () {
  this.timeout(60_000);
  const host = lxcHosts();

  /** What the host knows of addresses on the bridge: the hardware address by the address. */
  async function neighbours(): Promise<Map<string, string | undefined>> {
    const { stdout } = await execa("ip", ["-4", "-json", "neighbour", "show", "dev", host().place.bridge]);
    const rows = JSON.parse(stdout) as { dst: string; lladdr?: string }[];
    return new Map(rows.map(({ dst, lladdr }) => [dst, lladdr]));
  }

  async function answers(address: string): Promise<boolean> {
    return (
      (await execa("busybox", ["ping", "-c", "1", "-W", "2", address], { reject: false })).exitCode === 0
    );
  }

  /** As keepalived does it. */
  async function takeAddress(id: number, address: string): Promise<void> {
    await runInside(host(), id, "ip", "address", "add", `${address}/24`, "dev", "eth0");
    await runInside(host(), id, "busybox", "arping", "-A", "-c", "1", "-I", "eth0", address);
  }

  it("can be reached from the host, also after they moved to another one", async () => {
    await startContainer(host(), 500);
    await startContainer(host(), 501);
    await takeAddress(500, floating);
    assert.equal(await answers(floating), true);
    assert.equal((await neighbours()).get(floating), hardwareAddress("198.18.0.100"));
    await runInside(host(), 500, "ip", "address", "delete", `${floating}/24`, "dev", "eth0");
    await takeAddress(501, floating);
    assert.equal(await answers(floating), true);
    assert.equal((await neighbours()).get(floating), hardwareAddress("198.18.0.101"));
  });

  it("can be reached with a hardware address of their own", async () => {
    await startContainer(host(), 500);
    await runInside(
      host(),
      500,
      "ip",
      "link",
      "add",
      "own0",
      "link",
      "eth0",
      "type",
      "macvlan",
      "mode",
      "bridge",
    );
    await runInside(host(), 500, "ip", "address", "add", `${floating}/24`, "dev", "own0");
    await runInside(host(), 500, "ip", "link", "set", "own0", "up");
    // The host asks, and either interface may answer.
    assert.equal(await answers(floating), true);
  });

  it("may be another one's own that has stopped", async () => {
    await startContainer(host(), 500);
    await startContainer(host(), 501);
    assert.equal(await answers("198.18.0.100"), true);
    await host().driver.stop(500, 0);
    await takeAddress(501, "198.18.0.100");
    assert.equal(await answers("198.18.0.100"), true);
    assert.equal((await neighbours()).get("198.18.0.100"), hardwareAddress("198.18.0.101"));
  });

  it("are not known to the host before, which knows those of containers from their start to their end", async () => {
    await startContainer(host(), 500);
    const expected = new Map([["198.18.0.100", hardwareAddress("198.18.0.100")]]);
    await eventually(async () => (await neighbours()).size > 0, "the host is told");
    assert.deepEqual(await neighbours(), expected);
    await host().driver.close();
    // As an earlier release did it for all addresses.
    const { bridge } = host().place;
    for (const address of ["198.18.0.100", floating]) {
      const entry = ["lladdr", hardwareAddress(address), "dev", bridge, "nud", "permanent"];
      await execa("ip", ["neighbour", "replace", address, ...entry]);
    }
    const next = host().nextDriver();
    await next.open();
    await eventually(async () => (await neighbours()).get("198.18.0.100") !== undefined, "it is told again");
    assert.deepEqual(await neighbours(), expected);
    await next.destroy(500);
    await eventually(async () => (await neighbours()).get("198.18.0.100") === undefined, "it is forgotten");
    await next.close();
  });
});
