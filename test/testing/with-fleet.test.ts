import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { startFleet, withFleet } from "../../testing/with-fleet";
import { assertMccError } from "../support/assert-error";
import { type TestDaemon, testDaemons } from "../support/daemon";
import { environmentFor } from "../support/run-program";

const checkout = join(__dirname, "..", "..", "..");

/** A program of somebody's, that has only the package. */
function program(name: string): string {
  return join(checkout, "test", "testing", "programs", name);
}

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

  /** Far longer than a lease lives, for a test that is broken. */
  async function untilGone(): Promise<void> {
    for (let tries = 0; tries < 200 && (await names()).length > 0; tries += 1) {
      await pause(100);
    }
    assert.deepEqual(await names(), []);
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

  it("says so when no daemon answers", async () => {
    await assertMccError(startFleet({ server: "127.0.0.1:1" }), "unavailable", /No MiniCloud daemon answers/);
  });

  describe("of a process", () => {
    const environment = (): NodeJS.ProcessEnv => ({ ...process.env, ...environmentFor(daemon) });

    /** Runs until both fleets are there. */
    async function hold(): Promise<ReturnType<typeof spawn>> {
      const child = spawn(process.execPath, [program("hold.mjs")], {
        env: environment(),
        stdio: ["ignore", "pipe", "ignore"],
      });
      let printed = "";
      for await (const chunk of child.stdout) {
        printed += String(chunk);
        if (printed.split("\n").length > 2) {
          break;
        }
      }
      assert.deepEqual(printed.trim().split("\n").sort(), ["one-1 one-2", "two-1"]);
      return child;
    }

    it("that is killed are destroyed by the daemon", async () => {
      const child = await hold();
      child.kill("SIGKILL");
      await once(child, "exit");
      await untilGone();
    });

    it("that is killed together with what keeps their leases are destroyed, too", async () => {
      const child = await hold();
      const keepers = await childrenOf(child.pid);
      assert.equal(keepers.length, 2);
      [...keepers, child.pid].forEach((pid) => pid !== undefined && process.kill(pid, "SIGKILL"));
      await untilGone();
    });

    it("that stands still, as at a breakpoint, live on", async () => {
      const child = await hold();
      child.kill("SIGSTOP");
      await pause(12_000);
      assert.deepEqual(await names(), ["one-1", "one-2", "two-1"]);
      child.kill("SIGKILL");
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
          ...{ env: { ...environment(), NODE_TEST_CONTEXT: undefined }, all: true, reject: false },
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

async function childrenOf(pid: number | undefined): Promise<number[]> {
  const children = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8");
  return children.trim().split(" ").map(Number);
}
