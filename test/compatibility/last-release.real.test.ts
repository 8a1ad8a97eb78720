import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { makeHostKey } from "../../server/cloud/instances/creation/host-key";
import { stateFormat } from "../../server/cloud/state/format";
import { checkout } from "../support/checkout";
import { TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { type InstalledPackage, installLastRelease, installPresent, requireCommit } from "./packages";

const hooksProgram = join(checkout, "test", "compatibility", "hooks-program.cjs");
const { publicKey } = makeHostKey();
/** Only where the cache has no build of the last release yet. */
const buildTimeoutMs = 600_000;

type HookCall = readonly [resource: "instance" | "fleet" | "key", hook: string, ...values: unknown[]];

describe("this release and the last one", function () {
  this.timeout(60_000);
  const newFolder = temporaryFolders();
  const newDaemon = testDaemons();
  let last: InstalledPackage;
  let present: InstalledPackage;

  before(async function () {
    this.timeout(buildTimeoutMs);
    const folder = await newFolder();
    const [forLast, forPresent] = [join(folder, "last"), join(folder, "present")];
    await Promise.all([mkdir(forLast), mkdir(forPresent)]);
    last = await installLastRelease(forLast);
    present = await installPresent(forPresent);
  });

  async function start(server: InstalledPackage): Promise<TestDaemon> {
    const daemon = await newDaemon({ program: server.path("dist/server/main.js") });
    await daemon.start();
    return daemon;
  }

  async function environmentOf(daemon: TestDaemon): Promise<NodeJS.ProcessEnv> {
    return { ...daemon.environment, MCC_SERVER: daemon.url, MCC_TOKEN: await daemon.token() };
  }

  /** The standard output of a command of the package. @throws Error when it fails. */
  async function runCommand(
    client: InstalledPackage,
    daemon: TestDaemon,
    command: string,
    ...words: string[]
  ): Promise<string> {
    const program = client.program(command);
    const { stdout } = await execa(process.execPath, [program, ...words], {
      env: await environmentOf(daemon),
      stdin: "ignore",
    });
    return stdout;
  }

  /** The result of an expression in which `client` is a client of the package. */
  async function callClient(
    client: InstalledPackage,
    daemon: TestDaemon,
    expression: string,
  ): Promise<unknown> {
    const script = `
      const { connect } = require(${JSON.stringify(client.path("dist/client/index.js"))});
      const client = connect();
      (async () => ${expression})().then(
        (result) => { process.stdout.write(JSON.stringify(result)); client.close(); },
        (error) => { process.stderr.write(String(error.stack)); process.exit(1); },
      );`;
    const { stdout } = await execa(process.execPath, ["-e", script], { env: await environmentOf(daemon) });
    return JSON.parse(stdout);
  }

  /** What the hooks of a package's resources give back, one after the other. */
  async function callHooks(
    client: InstalledPackage,
    daemon: TestDaemon,
    ...calls: HookCall[]
  ): Promise<Record<string, unknown>[]> {
    const configuration = { "minicloud:server": daemon.url, "minicloud:token": await daemon.token() };
    const all = [...calls.slice(0, 1).map(([resource]) => [resource, "configure", configuration]), ...calls];
    const { stdout } = await execa(
      process.execPath,
      [hooksProgram, client.path("dist/provider/hooks/index.js"), JSON.stringify(all)],
      { env: daemon.environment },
    );
    return (JSON.parse(stdout) as Record<string, unknown>[]).slice(1);
  }

  it("are only compared where the history has the last one, and the failure says how to get it", async () => {
    await assert.rejects(
      requireCommit({ version: "9.9.9", commit: "0".repeat(40) }),
      /no commit 0{40}, which is release 9\.9\.9.*git fetch --unshallow/,
    );
  });

  const pairs = [
    {
      title: "commands of the last release work with this daemon",
      of: () => ({ client: last, server: present }),
    },
    {
      title: "commands of this release work with the last daemon",
      of: () => ({ client: present, server: last }),
    },
  ];
  for (const { title, of } of pairs) {
    it(title, async () => {
      const { client, server } = of();
      const daemon = await start(server);
      const run = (command: string, ...words: string[]): Promise<string> =>
        runCommand(client, daemon, command, ...words);

      assert.match(await run("mcc", "server-info"), new RegExp(server.version.replaceAll(".", "\\.")));
      await run("mcc-add-key", "--name", "me", "--public-key", publicKey);
      assert.match(await run("mcc-list-keys"), /me/);
      assert.match(await run("mcc-list-images"), /micro/);
      assert.match(await run("mcc-list-instance-types"), /basic/);
      await run("mcc-run-instances", "-i", "micro", "-t", "basic", "-k", "me", "-n", "web", "-c", "2");
      assert.match(await run("mcc-list-instances"), /web-1[^]*web-2/);
      assert.match(await run("mcc-list-instances", "--classic"), /^INSTANCE\t500\t/m);
      assert.equal(await run("mcc", "exec", "web-1", "--", "echo", "a < b ]]> c"), "a < b ]]> c");
      await run("mcc", "stop", "web-1");
      assert.match(await run("mcc", "list-instances", "-a"), /stopped/);
      await run("mcc", "start", "web-1");
      await run("mcc", "update-instance", "web-1", "--name", "db");
      await run("mcc", "extend", "db", "--ttl", "2h");
      await run("mcc", "wait", "db");
      await run("mcc-destroy-instance", "-i", "501");
      await run("mcc", "prune", "--older-than", "1s", "-y");
      await run("mcc-destroy-key", "--name", "me");
      assert.doesNotMatch(await run("mcc", "list-instances", "-a"), /web|db/);
    });

    it(`${title}: fleets, leases and scripts by the client's library`, async () => {
      const { client, server } = of();
      const daemon = await start(server);
      const call = (expression: string): Promise<unknown> => callClient(client, daemon, expression);

      const lease = (await call(`client.call("lease.open", { seconds: 60 })`)) as { lease: string };
      assert.match(lease.lease, /^[0-9a-f]{32}$/);
      const apply = (count: number): Promise<unknown> =>
        call(`
          client.call("fleet.apply", { name: "web", count: ${count}, clientToken: "token-0001" }).then(
            ({ uid }) => client.call("fleet.wait", { fleet: "web", uid, timeoutSeconds: 30 }),
          ).then(({ fleet }) => fleet.status)`);
      assert.equal(await apply(2), "ready");
      assert.match(await runCommand(client, daemon, "mcc", "list-fleets"), /web/);
      const statuses = await call(
        `client.call("instance.list", {}).then((all) => all.map(({ name, status }) => name + " " + status))`,
      );
      assert.deepEqual(statuses, ["web-1 running", "web-2 running"]);
      await runCommand(client, daemon, "mcc", "destroy-fleet", "web");
      assert.deepEqual(await call(`client.call("instance.list", {})`), []);
    });
  }

  it("leave each other's Pulumi state as it is: no resource is changed or replaced by an upgrade", async () => {
    const daemon = await start(present);
    const urn = (type: string, name: string): string =>
      `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:${type}::${name}`;
    const identity = (type: string, name: string, digit: string): Record<string, unknown> => ({
      ownerUrn: urn(type, name),
      organization: "acme",
      clientToken: digit.repeat(32),
      __provider: "text",
    });
    const programs = {
      key: { name: "me", publicKey, ...identity("Key", "me", "1") },
      instance: {
        image: "micro",
        type: "basic",
        keys: ["me"],
        name: "db",
        ...identity("Instance", "db", "2"),
      },
      fleet: { count: 2, namePrefix: "web", image: "micro", ...identity("Fleet", "web", "3") },
    } as const;
    for (const resource of ["key", "instance", "fleet"] as const) {
      const news = programs[resource];
      const [checked] = await callHooks(last, daemon, [resource, "check", {}, news]);
      const [made] = await callHooks(last, daemon, [resource, "create", checked?.["inputs"]]);
      const id = made?.["id"];
      const state = made?.["outs"] as Record<string, unknown>;
      const [again, read] = await callHooks(
        ...[present, daemon],
        ...([
          [resource, "check", state, news],
          [resource, "read", id, state],
        ] as const),
      );
      const [difference] = await callHooks(present, daemon, [resource, "diff", id, state, again?.["inputs"]]);
      assert.deepEqual(again?.["failures"] ?? [], []);
      assert.deepEqual([difference?.["changes"], difference?.["replaces"]], [false, []], resource);
      const seen = read?.["props"] as Record<string, unknown>;
      assert.deepEqual([read?.["id"], seen["uid"]], [id, state["uid"]]);
    }
    const list = JSON.parse(await runCommand(last, daemon, "mcc", "list-instances", "--json")) as unknown[];
    assert.equal(list.length, 3);
  });

  it("know each other's state folder: this daemon takes up the last one's", async () => {
    const before = await start(last);
    await runCommand(last, before, "mcc-add-key", "--name", "me", "--public-key", publicKey);
    await runCommand(last, before, "mcc-run-instances", "-n", "web");
    const { serverId } = (await callClient(last, before, "client.info()")) as { serverId: string };
    const token = await before.token();
    await before.stop();

    const after = new TestDaemon(before.folder, { program: present.path("dist/server/main.js") });
    await after.start();
    try {
      assert.match(await runCommand(last, after, "mcc-list-keys"), /me/);
      const info = (await callClient(present, after, "client.info()")) as { serverId: string };
      assert.deepEqual([info.serverId, await after.token()], [serverId, token]);
      const shown = await runCommand(present, after, "mcc-run-instances", "-n", "web", "--classic");
      assert.match(shown, /^INST\t501\t/m, "no id is given out twice");
      assert.equal(await readFile(join(after.stateFolder, "format"), "utf8"), `${stateFormat}\n`);
    } finally {
      await after.stop();
    }
  });
});
