import assert from "node:assert/strict";
import { copyFile, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import {
  type Client,
  createInstance,
  type Instance,
  type MethodParameters,
  type MethodResult,
} from "../../../client";
import { largestUserDataBytes } from "../../../protocol/methods/values/user-data";
import { assertMccError } from "../../support/assert-error";
import { importMicro } from "../../support/daemons/micro-image";
import { recordedIds } from "../../support/daemons/recorded-ids";
import { type TestDaemon, testDaemons } from "../../support/daemons/test-daemon";
import { eventually } from "../../support/time/eventually";

describe("userData and the ladder to readiness, over LXC", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
  });
  afterEach(async () => {
    const left = await client.call("instance.list", {});
    await Promise.all(left.map(({ id }) => client.call("instance.destroy", { instance: id })));
    assert.deepEqual(await recordedIds(daemon.stateFolder), []);
  });
  after(() => client.close());

  async function create(parameters: MethodParameters<"instance.create">): Promise<Instance> {
    return await createInstance(client, { type: "light", ...parameters });
  }

  async function shell(instance: Instance, script: string): Promise<string> {
    const command = ["sh", "-c", script];
    const { stdout } = await client.call("instance.exec", { instance: instance.id, command });
    return Buffer.from(stdout, "base64").toString().trimEnd();
  }

  async function logOf(
    instance: number | string,
  ): Promise<{ text: string; running: boolean; exitCode?: number }> {
    const { output, running, exitCode } = await client.call("instance.log", { instance });
    const text = Buffer.from(output, "base64").toString();
    return { text, running, ...(exitCode === undefined ? {} : { exitCode }) };
  }

  /** Resolves with the instance once its script has printed the word. */
  async function begin(parameters: MethodParameters<"instance.create">, word: string): Promise<Instance> {
    const instance = await client.call("instance.create", { type: "light", ...parameters });
    await eventually(async () => (await logOf(instance.id)).text.includes(word), "the script runs");
    return instance;
  }

  it("reaches every rung, including those that need the services of the script", async () => {
    const instance = await create({
      userData: [
        "#!/bin/bash",
        'echo "$BASH_VERSION" >/root/shell; id -u; pwd; echo "$HOME"; echo to stderr >&2',
        "mkdir -p /srv && echo fine >/srv/health && sleep 0.3",
        "while :; do echo goes on; sleep 0.2; done &",
        "busybox httpd -p 8080 -h /srv",
      ].join("\n"),
      waitFor: [
        { http: "/health", port: 8080 },
        ...(["running", "address", "ssh"] as const),
        { tcp: 8080 },
        { command: ["test", "-e", "/srv/health"] },
      ],
    });
    const { text, ...how } = await logOf(instance.id);
    assert.match(text, /^0\n\/root\n\/root\nto stderr\n/);
    assert.deepEqual(how, { running: false, exitCode: 0 });
    assert.match(await shell(instance, "cat /root/shell"), /^\d/);
    assert.equal(
      await shell(instance, "stat -c %a /var/lib/minicloud /var/lib/minicloud/*"),
      "700\n700\n600",
    );
    // At some moments, no sleep runs.
    await eventually(
      async () => /sleep 0\.2/.test(await shell(instance, "ps")),
      "a background process of the script still runs",
    );
  });

  it("waits for SSH by default if the image has an SSH server", async () => {
    const path = join(daemon.folder, "deaf.tar");
    await copyFile(join(daemon.folder, "micro.tar"), path);
    await execa("tar", ["--delete", "--file", path, "./usr/sbin/dropbear"]);
    await client.call("image.import", { name: "deaf", path });
    assert.equal((await create({ image: "deaf" })).status, "running");
    await assertMccError(
      create({ image: "deaf", waitFor: "ssh", readyTimeoutSeconds: 2 }),
      "timeout",
      /did not get as far as "ssh"/,
    );
  });

  it("runs scripts of every format once, and not again after a restart", async () => {
    const scripts = {
      "no first line": "echo $0 >>/root/runs",
      "line ends of Windows": "#!/bin/sh\r\nif true\r\nthen\r\necho $0 >>/root/runs\r\nfi\r\n",
      "a byte order mark": "\ufeff#!/bin/sh\necho $0 >>/root/runs\n",
      "the maximum size": "echo $0 >>/root/runs\n".padEnd(largestUserDataBytes, "# filling\n"),
      "indented in a program": `
        #!/bin/bash
        cat >>/root/runs <<END
        $0
        END
      `,
    };
    await Promise.all(
      Object.entries(scripts).map(async ([form, userData]) => {
        const instance = await create({ userData });
        assert.equal((await logOf(instance.id)).exitCode, 0, form);
        await client.call("instance.restart", { instance: instance.id, graceSeconds: 0 });
        const runs = await shell(instance, "cat /root/runs");
        assert.equal(runs, "/var/lib/minicloud/user-data", form);
      }),
    );
    await assertMccError(
      create({ userData: "#".repeat(largestUserDataBytes + 1) }),
      "invalid",
      /262144 bytes/,
    );
    await assertMccError(create({ userData: " \n" }), "invalid", /the script is empty; omit userData/);
    await assertMccError(
      create({ userData: "#cloud-config\npackages: []\n" }),
      "invalid",
      /not a script but a cloud-config file of cloud-init; write its steps as a script/,
    );
    assert.equal((await client.call("instance.list", {})).length, Object.keys(scripts).length);
  });

  it("undoes an instance whose script fails, and reports the exit code and the output", async () => {
    await assertMccError(
      create({ name: "web", userData: "echo one; echo two >&2; exit 3" }),
      "invalid",
      /Instance \d+ \(web\) was not created: .*userData ended with exit code 3; the last it said: "one; two"\. Everything done before was undone/,
    );
    assert.deepEqual(await logOf("web"), { text: "one\ntwo\n", running: false, exitCode: 3 });
    await assertMccError(
      create({ userData: "#!/no/such/shell\n" }),
      "invalid",
      /userData ended with exit code 127; the last it said: ".*\/var\/lib\/minicloud\/user-data: not found"/,
    );
    assert.deepEqual(await client.call("instance.list", {}), []);
  });

  it("says that a script, a command or a service ran out of memory", async () => {
    const hungry = "head -c 900000000 /dev/zero | tail -c 900000000 >/dev/null";
    const words =
      /the kernel killed (one|\d+) of its processes; use a larger type than "light", or less memory\./;
    await assertMccError(
      create({ name: "web", userData: `${hungry} || exit 3` }),
      "invalid",
      new RegExp(
        `userData ended with exit code 3; .*It ran out of memory: ${words.source} Everything done before`,
      ),
    );
    const instance = await create({});
    const command = ["sh", "-c", hungry];
    const { exitCode, outOfMemory } = await client.call("instance.exec", { instance: instance.id, command });
    assert.deepEqual([exitCode, outOfMemory], [137, true]);
    const { exec } = await client.call("instance.execStart", { instance: instance.id, command });
    let last: MethodResult<"instance.execRead"> = { number: 0, stdout: "", stderr: "" };
    await eventually(async () => {
      last = await client.call("instance.execRead", { exec, after: last.number, waitSeconds: 5 });
      return last.exitCode !== undefined;
    }, "the command has ended");
    assert.deepEqual([last.exitCode, last.outOfMemory], [137, true]);
    const failureOf = async (): Promise<string> =>
      (await client.call("instance.get", { instance: instance.id })).failure ?? "";
    assert.match(await failureOf(), words);
    assert.match(daemon.log, /ran out of memory/);
    const fine = await client.call("instance.exec", { instance: instance.id, command: ["true"] });
    assert.equal(fine.outOfMemory, undefined);
    await client.call("instance.restart", { instance: instance.id, graceSeconds: 0 });
    assert.equal(await failureOf(), "");
    // A service, of which no client waits for the end.
    await shell(instance, `(${hungry}) >/dev/null 2>&1 </dev/null &`);
    await eventually(async () => words.test(await failureOf()), "the list tells it");
    await client.call("instance.update", { instance: instance.id, type: "basic" });
    assert.equal(await failureOf(), "");
  });

  it("keeps the end of a long output, also in the error", async () => {
    await assertMccError(
      create({ name: "web", userData: "seq 1 100000; exit 1" }),
      "invalid",
      /the last it said: "99996; 99997; 99998; 99999; 100000"/,
    );
    const log = await client.call("instance.log", { instance: "web" });
    assert.equal(log.truncated, true);
    assert.equal(Buffer.from(log.output, "base64").length, 64 * 1024);
  });

  it("ends a script that hangs with all its processes, and keeps the instance on request", async () => {
    await assertMccError(
      create({
        name: "web",
        userData: "echo so far; sleep 4321 & sleep 4321",
        readyTimeoutSeconds: 2,
        keepOnFailure: true,
      }),
      "timeout",
      /userData did not end within 2 s and was killed; the last it said: "so far"\. The instance is kept for inspection/,
    );
    const [kept] = await client.call("instance.list", {});
    assert.ok(kept !== undefined);
    assert.equal(kept.status, "failed");
    assert.doesNotMatch(await shell(kept, "ps"), /4321/);
    assert.deepEqual(await logOf("web"), { text: "so far\n", running: false });
    const log = join(daemon.stateFolder, "instances", String(kept.id), "user-data-log.json");
    assert.equal((await stat(log)).mode & 0o777, 0o600);
    await daemon.restart();
    client.close();
    client = await daemon.client();
    assert.equal((await client.call("instance.get", { instance: kept.id })).failure, kept.failure);
    assert.equal(await shell(kept, "hostname"), "web");
    assert.deepEqual(await logOf("web"), { text: "so far\n", running: false });
  });

  it("reports a script that stops its own instance", async () => {
    await assertMccError(
      create({ userData: "echo bye; poweroff -f; sleep 60", readyTimeoutSeconds: 20 }),
      "engine",
      /userData was cut off: its shell ended with exit code 137 .*; the last it said: "The log could not be read: /,
    );
    assert.deepEqual(await client.call("instance.list", {}), []);
  });

  it("destroys an instance without waiting for its script", async () => {
    const secret = "correct-horse-battery";
    const instance = await begin({ userData: `secret=${secret}\necho begun\nsleep 4321` }, "begun");
    assert.equal((await client.call("instance.get", { instance: instance.id })).waitingFor, "userData");
    const commandLines = await Promise.all(
      (await readdir("/proc"))
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
    );
    assert.ok(!commandLines.some((line) => line.includes(secret)));
    assert.ok(!daemon.log.includes(secret));
    assert.deepEqual(await client.call("instance.destroy", { instance: instance.id }), { destroyed: true });
  });

  it("undoes an instance after a restart if the daemon was killed while its script ran", async () => {
    const instance = await begin({ userData: "echo begun\nsleep 4321" }, "begun");
    await daemon.kill();
    client.close();
    await daemon.start();
    client = await daemon.client();
    await assertMccError(
      client.call("instance.get", { instance: instance.id, uid: instance.uid }),
      "not-found",
      /No instance/,
    );
  });

  const unreached: [string, MethodParameters<"instance.create">["waitFor"], RegExp][] = [
    ["a port without a listener", { tcp: 81 }, /as "tcp 81" within 1 s \(last seen: ECONNREFUSED\)/],
    [
      "a server that is not a web server",
      { http: "/", port: 22 },
      /as "http :22\/" .*an answer that is not HTTP's/,
    ],
    [
      "a command that fails",
      { command: ["sh", "-c", "echo not yet; exit 4"] },
      /as "command sh -c echo not yet; exit 4" .*last seen: exit code 4 and "not yet"\)/,
    ],
    [
      "a command that hangs",
      { command: ["sleep", "4321"] },
      /last seen: .*"sleep" .*did not end within .* was killed/,
    ],
    ["a missing command", { command: ["nonesuch"] }, /last seen: exit code 127 and ".*nonesuch.*"/],
  ];
  for (const [what, waitFor, message] of unreached) {
    it(`undoes an instance at the timeout that waits for ${what}, and reports the reason`, async () => {
      await assertMccError(create({ waitFor, readyTimeoutSeconds: 1 }), "timeout", message);
      assert.deepEqual(await client.call("instance.list", {}), []);
    });
  }
});
