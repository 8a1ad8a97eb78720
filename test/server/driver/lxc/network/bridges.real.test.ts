import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { execa } from "execa";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../../support/lxc/running-container";
import { eventually } from "../../../../support/time/eventually";

const ping = (address: string): string => `ping -c 1 -W 5 ${address} >/dev/null && echo answered`;

describe("the bridges of LXC containers", () => {
  const host = lxcHosts({ containersPerBridge: 3 });

  /** Returns the number of containers on each bridge, in order. */
  async function spread(): Promise<number[]> {
    const { place } = host();
    const bridges = (await readdir("/sys/class/net"))
      .flatMap((link) => place.bridgeNumber(link) ?? [])
      .sort((one, other) => one - other);
    return await Promise.all(
      bridges.map(async (number) => {
        const ports = await readdir(`/sys/class/net/${place.bridgeOf(number)}/brif`);
        return ports.filter((port) => port.startsWith(place.vethPrefix)).length;
      }),
    );
  }

  /** One after another, so that each container's bridge is known. */
  async function startMany(count: number): Promise<void> {
    for (let id = 500; id < 500 + count; id += 1) {
      await startContainer(host(), id);
    }
  }

  it("are as many as necessary, and form one network", async () => {
    await startContainer(host());
    await Promise.all(Array.from({ length: 7 }, (_, index) => startContainer(host(), 501 + index)));
    assert.deepEqual(await spread(), [3, 3, 2]);
    for (const last of [101, 102, 103, 104, 105, 106, 107, 1]) {
      assert.equal(await shell(host(), ping(`198.18.0.${last}`)), "answered", `198.18.0.${last}`);
    }
  });

  it("reuse the ports of destroyed containers, also under the next daemon", async () => {
    await startMany(7);
    assert.deepEqual(await spread(), [3, 3, 1]);
    const { driver, nextDriver } = host();
    await driver.stop(501, 0);
    await eventually(async () => (await spread()).join() === "2,3,1", "its port is free");
    await driver.close();
    const next = nextDriver();
    await next.open();
    await next.start(501);
    assert.deepEqual(await spread(), [3, 3, 1]);
    await next.destroy(502);
    await eventually(async () => (await spread()).join() === "2,3,1", "its port is free");
    await startContainer({ ...host(), driver: next }, 510);
    assert.deepEqual(await spread(), [3, 3, 1]);
    await next.close();
  });

  it("are repaired when the daemon starts", async () => {
    await startMany(4);
    const { driver, place } = host();
    await execa("ip", ["link", "delete", place.jointOf(2).atFirst]);
    assert.match(await shell(host(), `ping -c 1 -W 1 198.18.0.103 >/dev/null`), /^1/);
    await driver.open();
    assert.equal(await shell(host(), ping("198.18.0.103")), "answered");
  });

  it("keep a container that reboots", async () => {
    await startMany(4);
    const { driver } = host();
    await driver.exec(503, {
      command: ["reboot"],
      stdin: Buffer.alloc(0),
      timeoutMs: 10_000,
      maxOutputBytes: 0,
    });
    await eventually(async () => (await spread()).join() === "3,1", "it is on its bridge again");
    await eventually(async () => (await shell(host(), ping("198.18.0.103"))) === "answered", "it answers");
  });
});
