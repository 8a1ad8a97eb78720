import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { execa } from "execa";
import { lxcHosts } from "../../../../../support/lxc/lxc-host";
import { inNetworkOf, linkLocalAddress, runInside } from "../../../../../support/lxc/network-inside";
import { startContainer } from "../../../../../support/lxc/running-container";
import { eventually } from "../../../../../support/time/eventually";

const network = { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: true };

describe("the isolation of LXC containers", function () {
  this.timeout(120_000);
  const host = lxcHosts({ network, containersPerBridge: 3 }, { networkLookEveryMs: 50 });

  async function pings(from: number, ...words: string[]): Promise<boolean> {
    const [nsenter = "", ...inside] = await inNetworkOf(host(), from);
    const { exitCode } = await execa(
      nsenter,
      [...inside, "busybox", "ping", "-c", "1", "-W", "1", ...words],
      {
        reject: false,
      },
    );
    return exitCode === 0;
  }

  const addressOf = (id: number): string => `198.18.0.${id - 400}`;

  /** Returns which of these containers each of them reaches. */
  async function reached(...ids: number[]): Promise<Record<number, number[]>> {
    const rows: Record<number, number[]> = {};
    for (const from of ids) {
      const others = ids.filter((id) => id !== from);
      const answers = await Promise.all(others.map((to) => pings(from, addressOf(to))));
      rows[from] = others.filter((_, index) => answers[index]);
    }
    return rows;
  }

  /** Returns how many echo requests have arrived in a container. Its answers would not reach the sender. */
  async function echoesAt(id: number): Promise<number> {
    const [nsenter = "", ...inside] = await inNetworkOf(host(), id);
    const { stdout } = await execa(nsenter, [...inside, "cat", "/proc/net/snmp"]);
    const [names = [], values = []] = stdout
      .split("\n")
      .filter((line) => line.startsWith("Icmp:"))
      .map((line) => line.split(" "));
    return Number(values[names.indexOf("InEchos")]);
  }

  /** The last two are on the second bridge. */
  async function startFive(): Promise<void> {
    const groups = [undefined, "a", "b", "a", undefined];
    for (const [index, networkGroup] of groups.entries()) {
      await startContainer(host(), 500 + index, { networkGroup });
    }
  }

  const separated = { 500: [504], 501: [503], 502: [], 503: [501], 504: [500] };

  it("separates groups, also on two bridges, on detours through the host, and after another program flushed the rules", async () => {
    await startFive();
    assert.deepEqual(await reached(500, 501, 502, 503, 504), separated);
    for (const id of [500, 501, 502, 503, 504]) {
      assert.ok(await pings(id, network.gateway), `container ${id} reaches the host`);
    }

    const address = await linkLocalAddress(host(), 502);
    assert.equal(await pings(501, "-I", "eth0", address), false, "by a link-local address");
    const friend = await linkLocalAddress(host(), 503);
    assert.equal(await pings(501, "-I", "eth0", friend), true);

    await runInside(host(), 501, "ip", "route", "add", `${addressOf(502)}/32`, "via", network.gateway);
    assert.equal(await pings(501, addressOf(502)), false, "through the host");
    await runInside(host(), 501, "ip", "address", "add", "198.18.0.99/24", "dev", "eth0");
    await runInside(host(), 501, "ip", "link", "set", "eth0", "address", "02:00:c6:12:00:64");
    assert.equal(await pings(501, "-I", "198.18.0.99", addressOf(500)), false, "with other addresses");

    const repairs = (): number => host().driver.networkHealth?.()?.repairs ?? 0;
    const before = repairs();
    await execa("nft", ["flush", "ruleset"]);
    await eventually(() => repairs() > before, "the rules are restored");
    assert.equal(await pings(500, addressOf(502)), false);
    await execa("nft", ["flush", "chain", "bridge", host().place.firewallTable, "isolation"]);
    await eventually(() => repairs() > before + 1, "the chain is restored");
    assert.equal(await pings(500, addressOf(502)), false);
    assert.equal(await pings(500, addressOf(504)), true);
  });

  it("separates groups from packets to the hardware address of a port of the bridge, which the host would route", async () => {
    await startFive();
    const { place } = host();
    for (const { from, to, port } of [
      { from: 501, to: 502, port: `${place.vethPrefix}a00${(501).toString(36)}` },
      { from: 503, to: 502, port: place.jointOf(2).atFirst },
      { from: 503, to: 502, port: `${place.vethPrefix}a00${(503).toString(36)}` },
    ]) {
      const hardwareAddress = (await readFile(`/sys/class/net/${port}/address`, "utf8")).trim();
      const [nsenter = "", ...inside] = await inNetworkOf(host(), from);
      const entry = ["neighbour", "replace", addressOf(to), "lladdr", hardwareAddress, "dev", "eth0"];
      await execa(nsenter, [...inside, "ip", ...entry, "nud", "permanent"]);
      const before = await echoesAt(to);
      await pings(from, addressOf(to));
      assert.equal(await echoesAt(to), before, `from ${from} by the address of ${port}`);
    }
    assert.ok(await pings(501, network.gateway));
    assert.ok(await pings(503, network.gateway));
  });

  it("is the same for the next daemon, and after a restart of a container", async () => {
    await startFive();
    await host().driver.close();
    const next = host().nextDriver();
    await next.open();
    await next.stop(501, 0);
    await next.start(501);
    assert.deepEqual(await reached(500, 501, 502, 503, 504), separated);
    await next.close();
  });

  it("needs no rules while there is one group", async () => {
    await startContainer(host(), 500);
    const tables = async (): Promise<string> => (await execa("nft", ["list", "ruleset"])).stdout;
    assert.doesNotMatch(await tables(), /isolation|table inet/);
    await startContainer(host(), 501, { networkGroup: "a" });
    assert.match(await tables(), /chain isolation/);
  });

  describe("from a port of the host", () => {
    let server: Server | undefined;
    afterEach(async () => {
      await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
    });

    async function listen(): Promise<number> {
      const listening = createServer((_request, response) => response.end("served"));
      server = listening;
      await new Promise<void>((resolve) => listening.listen(0, "::", resolve));
      const address = listening.address();
      assert.ok(typeof address === "object" && address !== null);
      return address.port;
    }

    async function isServed(url: string): Promise<boolean> {
      const [nsenter = "", ...inside] = await inNetworkOf(host(), 500);
      const script = `fetch(${JSON.stringify(url)}).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))`;
      return (
        (await execa(nsenter, [...inside, process.execPath, "-e", script], { reject: false })).exitCode === 0
      );
    }

    it("refuses containers on all addresses of the host until the driver closes, and other ports stay open", async () => {
      await startContainer(host(), 500);
      await execa("ip", ["address", "add", "192.0.2.1/32", "dev", "lo"]);
      const port = await listen();
      try {
        const urls = [network.gateway, "192.0.2.1"].map((address) => `http://${address}:${port}/`);
        for (const url of urls) {
          assert.equal(await isServed(url), true, url);
        }
        await host().driver.closePort?.(port);
        for (const url of urls) {
          assert.equal(await isServed(url), false, url);
        }
        assert.equal((await fetch(`http://${network.gateway}:${port}/`)).status, 200, "the host itself");
        await host().driver.closePort?.(port + 1);
        assert.equal(await isServed(urls[0] ?? ""), true);
        await host().driver.closePort?.(port);
        await host().driver.close();
        assert.equal(await isServed(urls[0] ?? ""), true);
      } finally {
        await execa("ip", ["address", "delete", "192.0.2.1/32", "dev", "lo"]);
      }
    });
  });
});
