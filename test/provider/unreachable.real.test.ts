import assert from "node:assert/strict";
import { z } from "zod";
import type { Client } from "../../client";
import { testDaemons } from "../support/daemons/test-daemon";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";

const program = `
  const web = new Instance("web", { member: "m1" });
  const db = new Instance("db", { member: "m2" });
  const all = new Fleet("all", { count: 3 });
  exports.placed = [web.placedOn, db.placedOn];
  exports.hosts = all.instances;
`;

const moved = program.replace('"db", { member: "m2" }', '"db", { member: "m3" }');

describe("a member of a cluster that dies, under the real engine", function () {
  this.timeout(300_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();
  let client: Client;
  let stack: PulumiStack;

  before(async () => {
    const daemon = await newDaemon({
      words: ["--simulated-members", "m1,m2=west,m3=west", "--ssh-jump", "ops@m1"],
    });
    await daemon.start();
    client = await daemon.client();
    stack = await newStack();
    stack.use(daemon);
  });

  const simulate = (member: string, state: "online" | "offline" | "removed") =>
    client.call("member.simulate", { member, state });

  async function idsByName(): Promise<Record<string, number>> {
    const instances = await client.call("instance.list", {});
    return Object.fromEntries(instances.map(({ id, name }) => [name.replace(/-[0-9a-f]{6}/, ""), id]));
  }

  it("places the hosts, and replaces one whose member changes", async () => {
    await stack.program(program);
    await stack.up();
    assert.deepEqual(await stack.output("placed", z.array(z.string())), ["m1", "m2"]);
    const hosts = await stack.output("hosts", z.array(z.object({ member: z.string() })));
    assert.equal(hosts.length, 3);
    const fleet = (await stack.resources()).find(({ type }) => type.endsWith(":Fleet"));
    assert.match(String(fleet?.outputs?.sshConfig), /-l ops m1$/m);
    await stack.isSettled();
    const before = await idsByName();
    await stack.program(moved);
    await stack.up();
    assert.deepEqual(await stack.output("placed", z.array(z.string())), ["m1", "m3"]);
    assert.notEqual((await idsByName()).db, before.db);
  });

  it("names what is only unreachable, makes nothing twice, and heals what is gone", async () => {
    const before = await idsByName();
    await simulate("m3", "offline");
    const refreshed = await stack.refresh();
    assert.match(refreshed, /instance \d+ \(db-\w+\) is unreachable and is left as it is: the member "m3"/);
    assert.match(refreshed, /fleet "all-\w+": 1 of 3 hosts are unreachable/);
    const hosts = (await client.call("instance.list", {})).filter(({ fleet }) => fleet !== undefined);
    const lost = hosts.find(({ member }) => member !== "m3");
    assert.ok(lost?.fleet);
    const gone = `all-${lost.fleet.index}`;
    await client.call("instance.destroy", { instance: lost.id });
    const healing = await stack.up("--refresh");
    assert.match(healing, /db-\w+\) is unreachable and is left as it is/);
    assert.match(healing, /1 of 3 hosts are unreachable/);
    const healed = await idsByName();
    assert.deepEqual({ ...healed, [gone]: 0 }, { ...before, [gone]: 0 });
    assert.notEqual(healed[gone], before[gone], "what is gone is created again");
    await stack.program(moved.replace('member: "m3"', 'member: "m3", type: "small"'));
    assert.match(
      await stack.fail("up", "--yes", "--skip-preview"),
      /Instance \d+ \(db-\w+\) is unreachable: the member "m3" of the cluster does not answer\. Nothing was changed/,
    );
    await stack.program(moved);
    await simulate("m3", "removed");
    await simulate("m3", "online");
    await stack.up("--refresh");
    const after = await idsByName();
    assert.equal(after.web, before.web);
    assert.notEqual(after.db, before.db);
    assert.equal(Object.keys(after).length, 5);
    await stack.isSettled();
  });

  it("destroys nothing in name only", async () => {
    await simulate("m3", "offline");
    assert.match(
      await stack.fail("destroy", "--yes", "--skip-preview"),
      /Instance \d+ \(db-\w+\) is not destroyed yet, because the member "m3" .*does not answer/,
    );
    const left = await stack.resources();
    assert.ok(left.some(({ urn }) => urn.endsWith("::db")));
    await simulate("m3", "online");
    await stack.destroy();
    assert.deepEqual(await client.call("instance.list", {}), []);
  });
});
