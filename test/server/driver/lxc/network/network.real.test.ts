import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { createLxcDriver } from "../../../../../server/driver/lxc/driver";
import { captureLog } from "../../../../support/captured-log";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../../support/lxc/running-container";
import { execRequest } from "../../container-spec";
import { driverOptions } from "../../driver-options";

const forwarding = "/proc/sys/net/ipv4/ip_forward";
const ping = (address: string): string => `ping -c 1 -W 5 ${address} >/dev/null && echo answered`;

describe("the network of LXC containers", () => {
  const host = lxcHosts();

  it("connects them with each other and the host, by unique addresses", async () => {
    await startContainer(host(), 500);
    await startContainer(host(), 501);
    assert.equal(await shell(host(), ping("198.18.0.101")), "answered");
    assert.equal(await shell(host(), ping("198.18.0.1")), "answered");
    assert.match(
      await shell(host(), "ip -4 -o address show eth0"),
      /inet 198\.18\.0\.100\/24 brd 198\.18\.0\.255/,
    );
    assert.match(await shell(host(), "ip route"), /^default via 198\.18\.0\.1 dev eth0/);
    assert.equal((await readFile(forwarding, "utf8")).trim(), "0", "nothing is forwarded without NAT");
  });

  it("sends no packets to all containers when one starts", async () => {
    const frames = async (): Promise<number> =>
      Number(await shell(host(), "cat /sys/class/net/eth0/statistics/rx_packets"));
    await startContainer(host());
    const before = await frames();
    const others = Array.from({ length: 20 }, (_, index) => 501 + index);
    for (const id of others) {
      await startContainer(host(), id);
      const { exitCode } = await host().driver.exec(id, execRequest(["ping", "-c", "1", "198.18.0.1"]));
      assert.equal(exitCode, 0);
      await execa("busybox", ["ping", "-c", "1", "-W", "5", `198.18.0.${id - 400}`]);
    }
    const more = (await frames()) - before;
    assert.ok(more < others.length, `${more} frames while ${others.length} others started`);
  });

  it("keeps the bridge's hardware address when containers join", async () => {
    const address = async (): Promise<string> =>
      await readFile(`/sys/class/net/${host().place.bridge}/address`, "utf8");
    const before = await address();
    await startContainer(host());
    assert.equal(await address(), before);
  });
});

describe("the network of LXC containers, with NAT", () => {
  const network = { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: true };
  const host = lxcHosts({ network });

  it("lets them reach other networks through the host's address, and is undone by purge", async () => {
    await startContainer(host());
    assert.equal((await readFile(forwarding, "utf8")).trim(), "1");
    // A network without a route to the containers' own network.
    const world = spawn("unshare", ["--net", "sleep", "1000"], { stdio: "ignore" });
    const inWorld = ["--net", `--target=${world.pid ?? 0}`, "ip"];
    try {
      await execa("ip", ["link", "add", "world0", "type", "veth", "peer", "name", "world1"]);
      await execa("ip", ["address", "add", "198.19.0.1/24", "dev", "world0"]);
      await execa("ip", ["link", "set", "world0", "up"]);
      await execa("ip", ["link", "set", "world1", "netns", String(world.pid)]);
      await execa("nsenter", [...inWorld, "address", "add", "198.19.0.2/24", "dev", "world1"]);
      await execa("nsenter", [...inWorld, "link", "set", "world1", "up"]);
      assert.equal(await shell(host(), ping("198.19.0.2")), "answered");
    } finally {
      const exit = once(world, "exit");
      world.kill("SIGKILL");
      await exit;
    }
    const { driver, nextDriver } = host();
    await driver.destroy(500);
    await driver.close();
    await nextDriver().purge();
    assert.equal((await readFile(forwarding, "utf8")).trim(), "0");
  });

  it("leaves forwarding on for other users that need it since", async () => {
    const { driver, nextDriver } = host();
    const chain = "{ type nat hook postrouting priority 100; policy accept; }";
    await execa("nft", ["add", "table", "ip", "others"]);
    try {
      await execa("nft", ["add", "chain", "ip", "others", "out", chain]);
      await driver.close();
      await nextDriver().purge();
      assert.equal((await readFile(forwarding, "utf8")).trim(), "1");
    } finally {
      await execa("nft", ["delete", "table", "ip", "others"]);
      await writeFile(forwarding, "0");
    }
  });

  it("leaves forwarding on for another daemon, which switches it off at the end", async () => {
    const { driver, nextDriver, options } = host();
    const second = createLxcDriver(
      driverOptions(join(options.folder, "..", "second"), {
        network: { address: "198.18.1.0", prefixLength: 24, gateway: "198.18.1.1", nat: true },
      }),
    );
    await second.open();
    await second.close();
    await driver.close();
    await nextDriver().purge();
    assert.equal((await readFile(forwarding, "utf8")).trim(), "1");
    await second.purge();
    assert.equal((await readFile(forwarding, "utf8")).trim(), "0");
  });

  it("warns of a firewall that drops all packets", async () => {
    const chain = "{ type filter hook forward priority 0; policy drop; }";
    const { log, lines } = captureLog();
    const driver = createLxcDriver({ ...host().options, log });
    await execa("nft", ["add", "table", "inet", "others"]);
    try {
      await execa("nft", ["add", "chain", "inet", "others", "through", chain]);
      await driver.open();
      const [words = ""] = lines.map(({ msg }) => String(msg)).filter((text) => text.includes("firewall"));
      assert.match(words, /inet others through drops .* nft insert rule/);
      for (const [, rule = ""] of words.matchAll(/nft (insert rule [^,]*accept|insert rule .*accept$)/g)) {
        await execa("nft", rule.split(" "));
      }
    } finally {
      await execa("nft", ["delete", "table", "inet", "others"]);
      await driver.close();
    }
  });

  it("leaves forwarding on if it was on before", async () => {
    const { driver, nextDriver } = host();
    await driver.close();
    await nextDriver().purge();
    await writeFile(forwarding, "1");
    const next = nextDriver();
    await next.open();
    await next.close();
    await next.purge();
    assert.equal((await readFile(forwarding, "utf8")).trim(), "1");
    await writeFile(forwarding, "0");
  });
});
