import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { captureLog } from "../../../../support/captured-log";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../../support/lxc/running-container";
import { eventually } from "../../../../support/time/eventually";

const network = { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: true };
const forwarding = "/proc/sys/net/ipv4/ip_forward";
const filtersBridges = "/proc/sys/net/bridge/bridge-nf-call-iptables";
const soon = { networkLookEveryMs: 50 };

describe("the watch over the network of LXC containers", function () {
  this.timeout(60_000);
  const { log, lines } = captureLog();
  const host = lxcHosts({ network, log, containersPerBridge: 1 }, soon);

  beforeEach(() => lines.splice(0));

  function messages(): string[] {
    return lines.map(({ msg }) => String(msg));
  }

  function repairs(): number {
    return host().driver.networkHealth?.()?.repairs ?? 0;
  }

  async function reaches(words: readonly string[]): Promise<boolean> {
    const { exitCode } = await execa("busybox", ["ping", "-c", "1", "-W", "2", ...words], { reject: false });
    return exitCode === 0;
  }

  async function tables(): Promise<string> {
    const text = (await execa("nft", ["--stateless", "list", "ruleset"])).stdout;
    // What has settled changes with time.
    return text.replace(/set settled \{[^}]*\}[^}]*\}/, "");
  }

  const damages: readonly { what: string; damage: () => Promise<unknown>; said: RegExp }[] = [
    { what: "a flushed firewall", damage: () => execa("nft", ["flush", "ruleset"]), said: /table/ },
    {
      what: "a flushed table",
      damage: () => execa("nft", ["flush", "table", "bridge", host().place.firewallTable]),
      said: /table bridge/,
    },
    {
      what: "a flushed address of the bridge",
      damage: () => execa("ip", ["address", "flush", "dev", host().place.bridge]),
      said: /lost its address 198\.18\.0\.1/,
    },
    {
      what: "a bridge that was taken down",
      damage: () => execa("ip", ["link", "set", host().place.bridge, "down"]),
      // The look may have begun before.
      said: /is down|no route|lost its address/,
    },
    {
      what: "a bridge that was deleted",
      damage: () => execa("ip", ["link", "delete", host().place.bridge]),
      said: /is missing|no route|lost its address/,
    },
    {
      what: "a further bridge that was deleted",
      damage: () => execa("ip", ["link", "delete", host().place.bridgeOf(2)]),
      said: /is missing/,
    },
    {
      what: "a route that was deleted",
      damage: () => execa("ip", ["route", "delete", "198.18.0.0/24", "dev", host().place.bridge]),
      said: /no route/,
    },
    {
      what: "forwarding that was switched off",
      damage: () => writeFile(forwarding, "0"),
      said: /forwarding is off/,
    },
    {
      what: "router advertisements that were accepted again",
      damage: () => writeFile(`/proc/sys/net/ipv6/conf/${host().place.bridge}/accept_ra`, "1"),
      said: /router advertisements/,
    },
    {
      what: "multicast snooping that was switched on",
      damage: () =>
        execa("ip", ["link", "set", host().place.bridge, "type", "bridge", "mcast_snooping", "1"]),
      said: /snooping/,
    },
    {
      what: "learning from frames that pass no rule, which was switched on",
      damage: () =>
        execa("ip", ["link", "set", host().place.bridge, "type", "bridge", "no_linklocal_learn", "0"]),
      said: /learns from frames/,
    },
  ];

  for (const { what, damage, said } of damages) {
    it(`repairs ${what}, and says so`, async () => {
      await startContainer(host(), 500);
      await startContainer(host(), 501);
      const before = await tables();
      await damage();
      await eventually(() => repairs() > 0, "it is repaired");
      await eventually(() => host().driver.networkHealth?.()?.problems.length === 0, "all is well");
      assert.match(messages().find((text) => text.startsWith("repaired")) ?? "", said);
      assert.equal(await tables(), before);
      assert.equal((await readFile(forwarding, "utf8")).trim(), "1");
      await eventually(() => reaches(["198.18.0.100"]), "the host reaches the first");
      await eventually(() => reaches(["198.18.0.101"]), "the host reaches the second");
      assert.equal(
        await shell(host(), "ping -c 1 -W 5 198.18.0.101 >/dev/null && echo answered"),
        "answered",
      );
    });
  }

  it("repairs the rest while a route of others overlaps the network", async () => {
    await execa("ip", ["link", "add", "other1", "type", "bridge"]);
    await execa("ip", ["link", "set", "other1", "up"]);
    try {
      const before = await tables();
      await execa("ip", ["route", "add", "198.18.0.128/25", "dev", "other1"]);
      await execa("nft", ["flush", "ruleset"]);
      await eventually(() => repairs() > 0, "the firewall is repaired");
      assert.equal(await tables(), before);
    } finally {
      await execa("ip", ["link", "delete", "other1"]);
    }
  });

  it("names a rule that diverts the network, until it is gone", async () => {
    await startContainer(host(), 500);
    await execa("ip", ["link", "add", "other0", "type", "bridge"]);
    await execa("ip", ["link", "set", "other0", "up"]);
    await execa("ip", ["route", "add", "default", "dev", "other0", "table", "77"]);
    const rule = ["to", "198.18.0.0/24", "lookup", "77"];
    try {
      await execa("ip", ["rule", "add", ...rule]);
      await eventually(() => host().driver.networkHealth?.()?.problems.length === 1, "it is named");
      const [found] = host().driver.networkHealth?.()?.problems ?? [];
      assert.match(found?.problem ?? "", /reaches 198\.18\.0\.100 through other0 by the routing table 77/);
      const [, remedy = ""] = /(ip rule add .*)$/.exec(found?.remedy ?? "") ?? [];
      const [program = "", ...words] = remedy.split(" ");
      await execa(program, words);
      await eventually(() => host().driver.networkHealth?.()?.problems.length === 0, "the remedy helps");
      await execa("ip", ["rule", "delete", "priority", "10"]);
      await eventually(() => host().driver.networkHealth?.()?.problems.length === 1, "it is named again");
    } finally {
      await execa("ip", ["rule", "delete", ...rule]);
      await execa("ip", ["link", "delete", "other0"]);
    }
    await eventually(() => host().driver.networkHealth?.()?.problems.length === 0, "it is gone");
    assert.ok(messages().some((text) => text.startsWith("no longer a problem: the host reaches")));
  });
});

describe("the watch over the network of LXC containers, without NAT", function () {
  this.timeout(60_000);
  const host = lxcHosts({}, soon);

  async function named(): Promise<string[]> {
    await Promise.resolve();
    return (host().driver.networkHealth?.()?.problems ?? []).map(
      ({ problem, remedy }) => `${problem}; ${remedy}`,
    );
  }

  /** Runs the commands that a remedy has. */
  async function follow(remedy: string): Promise<void> {
    const [, rule = ""] = /nft (insert rule .*? accept)/.exec(remedy) ?? [];
    await execa("nft", rule.split(" "));
  }

  const chains = [
    {
      hook: "forward",
      what: "drops packets between instances",
      test: "ping -c 1 -W 1 198.18.0.101 >/dev/null && echo answered || echo silence",
    },
    {
      hook: "input",
      what: "drops packets that instances send to this host",
      test: "ping -c 1 -W 1 198.18.0.1 >/dev/null && echo answered || echo silence",
    },
  ] as const;

  for (const { hook, what, test } of chains) {
    it(`names a chain that ${what}, with a remedy that helps`, async () => {
      await writeFile(filtersBridges, "1");
      await startContainer(host(), 500);
      await startContainer(host(), 501);
      assert.equal(await shell(host(), test), "answered");
      await execa("nft", ["add", "table", "ip", "filter"]);
      try {
        const chain = `{ type filter hook ${hook} priority 0; policy drop; }`;
        await execa("nft", ["add", "chain", "ip", "filter", "others", chain]);
        await eventually(async () => (await named()).length === 1, "it is named");
        const [problem = ""] = await named();
        assert.ok(problem.includes(`the firewall's chain ip filter others ${what}`), problem);
        assert.equal(await shell(host(), test), "silence");
        await follow(problem);
        await eventually(async () => (await named()).length === 0, "the remedy is seen");
        assert.equal(await shell(host(), test), "answered");
      } finally {
        await execa("nft", ["delete", "table", "ip", "filter"]);
      }
    });
  }

  it("names no chain for bridged packets if the kernel does not filter them", async () => {
    await writeFile(filtersBridges, "0");
    await execa("nft", ["add", "table", "ip", "filter"]);
    try {
      const chain = "{ type filter hook forward priority 0; policy drop; }";
      await execa("nft", ["add", "chain", "ip", "filter", "others", chain]);
      const input = "{ type filter hook input priority 0; policy drop; }";
      await execa("nft", ["add", "chain", "ip", "filter", "input", input]);
      await eventually(async () => (await named()).length > 0, "the host is looked at");
      assert.equal((await named()).filter((text) => text.includes("filter others")).length, 0);
    } finally {
      await execa("nft", ["delete", "table", "ip", "filter"]);
      await writeFile(filtersBridges, "1");
    }
  });
});
