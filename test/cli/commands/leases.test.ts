import assert from "node:assert/strict";
import { applyFleet } from "../../../client/workflows/apply-fleet";
import { ownerKeys } from "../../../protocol/methods/values/owner";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { standInDaemons, standInInfo } from "../../support/daemons/stand-in-daemon";
import { exampleInstance } from "../../support/example-instance";
import { type ProgramRun, runProgram } from "../../support/programs/run-program";

const shopDev = { [ownerKeys.project]: "shop", [ownerKeys.stack]: "dev" };
const shopLive = { [ownerKeys.project]: "shop", [ownerKeys.stack]: "live" };

describe("the commands for TTLs and owners", function () {
  this.timeout(30_000);
  const newDaemon = inProcessDaemons();
  const newStandIn = standInDaemons();
  let daemon: InProcessDaemon;

  before(async () => {
    daemon = await newDaemon({ range: { first: "198.18.0.2", last: "198.18.0.40" } });
  });
  afterEach(async () => {
    const client = daemon.client;
    const instances = await client.call("instance.list", {});
    await Promise.all(instances.map(({ id }) => client.call("instance.destroy", { instance: id })));
  });

  const run = (...words: string[]): Promise<ProgramRun> =>
    runProgram(["mcc", ...words], { environment: daemon.environment });

  async function output(...words: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await run(...words);
    assert.deepEqual([exitCode, stderr], [0, ""], words.join(" "));
    return stdout;
  }

  async function make(name: string, labels: Record<string, string> = {}): Promise<void> {
    await daemon.client.call("instance.create", { name, labels });
  }

  async function names(): Promise<string[]> {
    const list = await daemon.client.call("instance.list", {});
    return list.map(({ name }) => name);
  }

  it("set, show and renew a TTL", async () => {
    assert.match(
      await output("run-instances", "-n", "web", "--ttl", "2h"),
      / TTL +OWNER\n.* web .* (2h|1h 59m) +-$/,
    );
    assert.match(await output("extend", "--ttl", "1d12h", "web"), /^\d+ \(web\) has 1d 12h left$/);
    assert.match(await output("list-instances"), / (1d 12h|1d 11h) +-$/);
    assert.match(await output("extend", "web"), /has 1d 12h left$/);
    assert.match(await output("run-instances", "-n", "for-ever", "--ttl", "never"), / - +-$/);
    const { exitCode, stderr } = await run("extend", "for-ever");
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mcc: Instance \d+ \(for-ever\) has no TTL to extend; give it one \(mcc extend --ttl TIME \d+\)\.$/,
    );
  });

  it("remove a TTL", async () => {
    await output("run-instances", "-n", "web", "--ttl", "2h");
    assert.match(await output("extend", "--ttl", "never", "web"), /^\d+ \(web\) has no TTL$/);
    assert.equal((await daemon.client.call("instance.get", { instance: "web" })).expiresAt, undefined);
    const { exitCode, stderr } = await run("extend", "--ttl", "ever", "web");
    assert.equal(exitCode, 2);
    assert.match(stderr, /--ttl is "ever": give a duration such as 45m or 2h, .* at most, or never/);
  });

  it("refuse a TTL that is not a duration", async () => {
    for (const ttl of ["soon", "0", "-1", "1.5h", "4000d"]) {
      const { exitCode, stderr } = await run("run-instances", `--ttl=${ttl}`);
      assert.equal(exitCode, 2, ttl);
      assert.match(stderr, /--ttl is ".*": give a duration such as/);
    }
    assert.deepEqual(await names(), []);
  });

  it("show the time left by the daemon's clock and the owner in columns", async () => {
    const now = "2040-01-01T00:00:00.000Z";
    const tomorrow = new Date(Date.parse(now) + 26.5 * 3_600_000).toISOString();
    const standIn = await newStandIn({
      "server.info": () => ({ ...standInInfo, now }),
      "instance.list": () => [
        exampleInstance({
          expiresAt: tomorrow,
          labels: { ...shopDev, [ownerKeys.resource]: "web-1", [ownerKeys.organization]: "acme" },
        }),
        exampleInstance({ expiresAt: "2039-12-31T00:00:00.000Z", labels: shopDev }),
        exampleInstance({
          lease: "a".repeat(32),
          labels: { ...shopLive, [ownerKeys.organization]: "organization" },
        }),
      ],
    });
    const environment = { MCC_SERVER: standIn.url };
    const { stdout } = await runProgram(["mcc", "list-instances"], { environment });
    const [, ...rows] = stdout.split("\n");
    assert.deepEqual(
      rows.map((row) => row.split(/ {2,}/).slice(-2)),
      [
        ["1d 2h", "acme/shop/dev/web-1"],
        ["over", "shop/dev"],
        ["lease", "shop/live"],
      ],
    );
  });

  it("list instances by label and by stack", async () => {
    await make("dev-web", { ...shopDev, role: "web" });
    await make("dev-db", { ...shopDev, role: "db" });
    await make("live-web", { ...shopLive, role: "web", [ownerKeys.organization]: "acme" });
    const listed = async (...words: string[]): Promise<string[]> => {
      const list = JSON.parse(await output("list-instances", "--json", ...words)) as { name: string }[];
      return list.map(({ name }) => name);
    };
    assert.deepEqual(await listed("--label", "role=web"), ["dev-web", "live-web"]);
    assert.deepEqual(await listed("--stack", "shop/dev"), ["dev-web", "dev-db"]);
    assert.deepEqual(await listed("--stack", "shop/dev", "-l", "role=web"), ["dev-web"]);
    assert.deepEqual(await listed("--stack", "acme/shop/live"), ["live-web"]);
    assert.deepEqual(await listed("--stack", "other/shop/dev"), []);
  });

  const mistakes: [string[], number, RegExp][] = [
    [["list-instances", "--label", "web"], 2, /--label is "web": give KEY=VALUE/],
    [["list-instances", "--stack", "dev"], 2, /--stack is "dev": give PROJECT\/STACK/],
    [["list-instances", "--stack", "a/b", "-i", "web"], 2, /cannot be used with/],
    [["list-instances", "-l", "a=b", "-l", "a=c"], 2, /no instance has both a=b and a=c/],
    [["prune"], 2, /^mcc: select instances with --stack, --label or --older-than/],
    [["prune", "--older-than", "1s", "-y", "--json"], 2, /'-y, --yes' cannot be used with option '--json'/],
    [["prune", "-y"], 2, /^mcc: select instances with/],
    [["prune", "-l", "a=b", "-l", "a=c", "-y"], 2, /no instance has both a=b and a=c/],
    [["prune", "--older-than", "long ago", "-y"], 2, /--older-than is "long ago": give a duration/],
  ];
  for (const [words, code, said] of mistakes) {
    it(`refuse ${words.join(" ")}`, async () => {
      await make("bystander");
      const { exitCode, stdout, stderr } = await run(...words);
      assert.deepEqual([exitCode, stdout], [code, ""]);
      assert.match(stderr, said);
      assert.deepEqual(await names(), ["bystander"]);
    });
  }

  describe("prune", () => {
    beforeEach(async () => {
      await make("dev-web", { ...shopDev, role: "web" });
      await make("dev-db", { ...shopDev, role: "db" });
      await make("live-web", { ...shopLive, role: "web" });
    });

    it("shows which instances it would destroy, and destroys them only with -y", async () => {
      const { exitCode, stdout, stderr } = await run("prune", "--stack", "shop/dev");
      assert.equal(exitCode, 0);
      assert.match(stdout, /^ID .*\n.* dev-web .*\n.* dev-db .*shop\/dev$/);
      assert.match(stderr, /^Nothing was destroyed; add -y to destroy \d+ \(dev-web\) and \d+ \(dev-db\)\.$/);
      assert.equal((await names()).length, 3);
      const destroyed = await output("prune", "--stack", "shop/dev", "-y");
      assert.deepEqual(destroyed.replaceAll(/^\d+ /gm, "").split("\n").sort(), [
        "(dev-db) destroyed",
        "(dev-web) destroyed",
      ]);
      assert.deepEqual(await names(), ["live-web"]);
    });

    it("selects the instances that match all given options", async () => {
      await output("prune", "--stack", "shop/dev", "--label", "role=web", "-y");
      assert.deepEqual(await names(), ["dev-db", "live-web"]);
      assert.equal((await names()).length, 2);
      for (const more of [[], ["-y"]]) {
        const { exitCode, stderr } = await run("prune", "--older-than", "1h", ...more);
        assert.deepEqual([exitCode, stderr], [0, "There is nothing to destroy."]);
      }
    });

    it("selects old instances by the daemon's clock", async () => {
      const gone: unknown[] = [];
      const nowMs = Date.parse("2040-01-01T00:00:00Z");
      const hoursAgo = (hours: number): string => new Date(nowMs - hours * 3_600_000).toISOString();
      const standIn = await newStandIn({
        "server.info": () => ({ ...standInInfo, now: hoursAgo(0) }),
        "fleet.list": () => [],
        "instance.list": () => [
          exampleInstance({ id: 500, createdAt: hoursAgo(3) }),
          exampleInstance({ id: 501, createdAt: hoursAgo(1) }),
        ],
        "instance.destroy": ({ instance }) => {
          gone.push(instance);
          return { destroyed: true };
        },
      });
      const environment = { MCC_SERVER: standIn.url };
      await runProgram(["mcc", "prune", "--older-than", "2h", "-y"], { environment });
      assert.deepEqual(gone, [500]);
    });

    it("names only the first of many instances and the number of the others", async () => {
      for (let index = 1; index <= 7; index += 1) {
        await make(`job-${index}`, { role: "job" });
      }
      const { stderr } = await run("prune", "--label", "role=job");
      assert.match(stderr, / destroy \d+ \(job-1\), (\d+ \(job-\d\), ){3}\d+ \(job-5\) and 2 more\.$/);
    });

    it("refuses a stack name that several organizations use", async () => {
      const organization = (name: string) => ({ [ownerKeys.organization]: name });
      await make("acme-web", { ...shopLive, ...organization("acme") });
      await make("our-web", { ...shopLive, ...organization("organization") });
      const { exitCode, stdout, stderr } = await run("prune", "--stack", "shop/live", "-y");
      assert.deepEqual([exitCode, stdout], [1, ""]);
      assert.match(
        stderr,
        /^mcc: Several stacks have the name shop\/live: acme\/shop\/live and organization\/shop\/live; give ORG/,
      );
      assert.match(await output("prune", "--stack", "acme/shop/live", "-y"), /^\d+ \(acme-web\) destroyed$/);
      assert.equal((await names()).length, 4);
    });

    it("destroys whole fleets", async () => {
      const client = daemon.client;
      await applyFleet(client, { name: "load", count: 2, labels: shopLive });
      const { stdout, stderr } = await run("prune", "--stack", "shop/live");
      assert.match(stdout, / load-1 .*\n.* load-2 /);
      assert.match(stderr, /destroy fleet load and \d+ \(live-web\)\.$/);
      assert.match(await output("prune", "--stack", "shop/live", "-y"), /^fleet load destroyed$/m);
      assert.deepEqual(await names(), ["dev-web", "dev-db"]);
      assert.deepEqual(await client.call("fleet.list", {}), []);
    });
  });

  it("show the TTL of a fleet for each member, and renew it by the name of the fleet or a member", async () => {
    const client = daemon.client;
    await applyFleet(client, { name: "load", count: 2, ttlSeconds: 3600 });
    assert.match(
      await output("list-instances"),
      / load-1 .* (1h|59m \d+s) +-\n.* load-2 .* (1h|59m \d+s) +-$/,
    );
    assert.equal(await output("extend", "--ttl", "2h", "load"), "fleet load has 2h left");
    assert.equal(await output("extend", "load-1", "load-2"), "fleet load has 2h left");
    await client.call("fleet.destroy", { fleet: "load" });
  });
});
