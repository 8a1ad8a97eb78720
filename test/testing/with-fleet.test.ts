import assert from "node:assert/strict";
import childProcess, { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import pino from "pino";
import sinon from "sinon";
import { localAdmin } from "../../server/cloud/access/caller";
import { attachFleet } from "../../testing/attach-fleet";
import { leaseTimes, startFleet, withFleet } from "../../testing/with-fleet";
import { assertMccError } from "../support/assert-error";
import { checkout } from "../support/checkout";
import { adminDispatch } from "../support/daemons/admin-dispatch";
import { compiledProgram, heldHosts, holdFleets, program } from "../support/daemons/held-fleets";
import { testClouds } from "../support/daemons/test-cloud";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { testListeners, testToken } from "../support/http/test-listener";
import { hasEnded } from "../support/programs/process";
import { environmentFor } from "../support/programs/run-program";
import { eventually } from "../support/time/eventually";
import { handTime } from "../support/time/hand-time";

describe("withFleet", function () {
  this.timeout(60_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let connection: { server: string; token: string };

  before(async () => {
    daemon = await newDaemon({ words: ["-r", "198.18.0.2-198.18.0.40"] });
    await daemon.start();
    connection = { server: daemon.url, token: await daemon.token() };
  });
  afterEach(async () => {
    const client = await daemon.client();
    const left = await client.call("instance.list", {});
    await Promise.all(left.map(({ id }) => client.call("instance.destroy", { instance: id })));
    assert.deepEqual(left, [], "every fleet is gone");
  });

  async function names(): Promise<string[]> {
    const client = await daemon.client();
    return (await client.call("instance.list", {})).map(({ name }) => name).sort();
  }

  async function untilGone(): Promise<void> {
    await eventually(async () => (await names()).length === 0, "they are gone");
  }

  it("hands over hosts, and what the test returns; then they are gone", async () => {
    const seen = await withFleet({ ...connection, count: 3, namePrefix: "web" }, async (fleet) => {
      assert.deepEqual(await names(), ["web-1", "web-2", "web-3"]);
      const [host] = fleet.hosts;
      assert.ok(host !== undefined);
      assert.match(host.ipAddress, /^198\.18\.0\.\d+$/);
      assert.match(host.sshHostKey, /^ssh-ed25519 AAAA/);
      assert.equal(host.hostname, "web-1");
      const { exitCode, stdout, stderr } = await fleet.exec(host, ["cat"], { stdin: "grüße\n" });
      return { exitCode, stdout, stderr };
    });
    assert.deepEqual(seen, { exitCode: 0, stdout: "grüße\n", stderr: "" });
    assert.deepEqual(await names(), []);
  });

  it("destroys them when the test throws, and throws the same", async () => {
    const thrown = new Error("the test has found something");
    await assert.rejects(
      withFleet(connection, () => {
        throw thrown;
      }),
      (error) => error === thrown,
    );
    assert.deepEqual(await names(), []);
  });

  it("leaves nothing when the hosts cannot be made", async () => {
    const making = startFleet({ ...connection, count: 100, namePrefix: "many" });
    await assertMccError(making, "exhausted", /addresses/);
    assert.deepEqual(await names(), []);
  });

  it("destroys at the end of a scope, too, and once", async () => {
    const fleet = await startFleet(connection);
    await fleet[Symbol.asyncDispose]();
    await fleet.destroy();
    assert.deepEqual(await names(), []);
  });

  it("works under a runtime whose channels to child processes have no unref, such as bun", async () => {
    const { fork } = childProcess;
    const stub = sinon.stub(childProcess, "fork").callsFake((...args: Parameters<typeof fork>) => {
      const child = fork(...args);
      Object.defineProperty(child.channel, "unref", { value: undefined });
      return child;
    });
    try {
      assert.equal(await withFleet(connection, ({ hosts }) => hosts.length), 1);
    } finally {
      stub.restore();
    }
    assert.deepEqual(await names(), []);
  });

  it("gives its hosts to other processes by the name of the fleet", async () => {
    await withFleet({ ...connection, count: 2 }, async ({ name, hosts }) => {
      const { stdout } = await execa(process.execPath, [program("attach.mjs"), name], {
        env: { ...process.env, ...environmentFor(daemon) },
      });
      assert.deepEqual(JSON.parse(stdout), { hosts, output: "in a worker", killed: true, exitCode: 0 });
    });
    await assertMccError(attachFleet("gone", connection), "not-found", /No fleet "gone"/);
  });

  it("outlasts restarts of the daemon while its hosts are created", async () => {
    const client = await daemon.client();
    const before = daemon.log.length;
    const starting = startFleet({ ...connection, count: 30, namePrefix: "slow" });
    for (const method of ["lease.open", "fleet.apply"]) {
      await eventually(
        () => daemon.log.slice(before).includes(`"method":"${method}"`),
        `${method} is called`,
      );
      await daemon.kill();
      await daemon.start();
    }
    const fleet = await starting;
    assert.equal(fleet.hosts.length, 30);
    assert.equal((await client.call("instance.list", {})).length, 30);
    await fleet.destroy();
  });

  it("says so when no daemon answers", async () => {
    await assertMccError(startFleet({ server: "127.0.0.1:1" }), "unavailable", /No MiniCloud daemon answers/);
  });

  describe("of a process", () => {
    const environment = (): NodeJS.ProcessEnv => ({ ...process.env, ...environmentFor(daemon) });

    const hold = (): Promise<ChildProcess> => holdFleets([program("hold.mjs")], environment());

    it("that is killed are destroyed by the daemon", async () => {
      const child = await hold();
      child.kill("SIGKILL");
      await once(child, "exit");
      await untilGone();
    });

    it("that ends and never destroyed them are gone", async () => {
      const { stdout } = await execa(process.execPath, [program("forget.mjs")], { env: environment() });
      assert.equal(stdout, "2");
      await untilGone();
    });

    const frameworks: [string, string[]][] = [
      ["mocha", [join(checkout, "node_modules", "mocha", "bin", "mocha.js"), program("mocha.cjs")]],
      ["node:test", ["--test", program("node-test.mjs")]],
    ];
    for (const [name, words] of frameworks) {
      it(`in ${name} are there for its tests`, async () => {
        const { exitCode, all } = await execa(process.execPath, words, {
          env: { ...environment(), NODE_TEST_CONTEXT: undefined },
          all: true,
          reject: false,
        });
        assert.equal(exitCode, 0, all);
        assert.deepEqual(await names(), []);
      });
    }

    it("have no token on any command line", async () => {
      const token = await daemon.token();
      await withFleet(connection, async () => {
        const children = await childrenOf(process.pid);
        const commandLines = await Promise.all(
          children.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8")),
        );
        const keeper = commandLines.filter((line) => line.includes("lease-keeper-process"));
        assert.equal(keeper.length, 1);
        assert.ok(!keeper.join().includes(token), keeper.join());
      });
    });
  });
});

describe("withFleet of a process, as the daemon's time goes on", () => {
  const newCloud = testClouds();
  const listen = testListeners();
  const time = handTime();

  interface Held {
    readonly child: ChildProcess;
    readonly names: () => Promise<string[]>;
    /** Resolves when each lease was renewed once more. */
    readonly allRenewed: () => Promise<void>;
  }

  /** A program that holds its fleets on a daemon of this process. */
  async function hold(words: readonly string[]): Promise<Held> {
    const { cloud } = await newCloud({ clock: time.clock });
    const dispatch = adminDispatch(cloud, pino({ level: "silent" }));
    const renewed = new Set<string>();
    const { port } = await listen({
      dispatch: async (_caller, method, parameters) => {
        const result = await dispatch(method, parameters);
        if (method === "lease.renew") {
          renewed.add(JSON.stringify(parameters));
        }
        return result;
      },
    });
    const connection = { MCC_SERVER: `127.0.0.1:${port}`, MCC_TOKEN: testToken };
    const child = await holdFleets(words, { ...process.env, ...connection });
    return {
      child,
      names: async () => (await cloud.instances.list(localAdmin, {})).map(({ name }) => name).sort(),
      allRenewed: async () => {
        renewed.clear();
        await eventually(() => renewed.size === 2, "both leases are renewed");
      },
    };
  }

  it("that is killed together with what keeps their leases are destroyed when these are over", async () => {
    const { child, names } = await hold([program("hold.mjs")]);
    const keepers = await childrenOf(child.pid);
    assert.equal(keepers.length, 2);
    for (const pid of [...keepers, child.pid ?? Number.NaN]) {
      process.kill(pid, "SIGKILL");
      await eventually(() => hasEnded(pid), "it has ended");
    }
    await time.pass(7999);
    assert.deepEqual(await names(), heldHosts);
    await time.pass(2);
    await eventually(async () => (await names()).length === 0, "they are gone");
  });

  it("that stands still, as at a breakpoint, live on", async () => {
    const { child, names, allRenewed } = await hold([compiledProgram("hold-leased.js"), "8", "20"]);
    child.kill("SIGSTOP");
    for (let round = 0; round < 4; round += 1) {
      await allRenewed();
      await time.pass(6000);
    }
    assert.deepEqual(await names(), heldHosts);
    child.kill("SIGKILL");
    await eventually(async () => (await names()).length === 0, "they are gone");
  });

  it("renew their leases so often that two renewals in a row may be lost", () => {
    assert.ok(leaseTimes.renewEveryMs * 3 < leaseTimes.seconds * 1000);
  });
});

async function childrenOf(pid: number | undefined): Promise<number[]> {
  const children = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8");
  return children.trim().split(" ").map(Number);
}
