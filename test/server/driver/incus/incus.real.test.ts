import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../../protocol/error";
import type { Driver, DriverOptions, EngineOptions } from "../../../../server/driver/driver";
import { createIncusDriver } from "../../../../server/driver/incus/driver";
import { assertMccError } from "../../../support/assert-error";
import { microTarball } from "../../../support/daemons/micro-image";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { issueClientCertificate } from "../../../support/lxd/client-certificate";
import { type LxdCluster, type LxdMember, startLxdCluster } from "../../../support/lxd/cluster";
import { lxdEngines } from "../../../support/lxd/lxd-engines";
import { eventually } from "../../../support/time/eventually";
import { containerSpec, execRequest, testImage, textFile } from "../container-spec";
import { describeDriverContract } from "../contract";
import { driverOptions } from "../driver-options";

describe("the Incus driver, on a cluster", () => {
  const newFolder = temporaryFolders();
  let cluster: LxdCluster | undefined;

  before(async function () {
    this.timeout(120_000);
    cluster = await startLxdCluster(3);
  });
  after(async () => {
    await cluster?.end();
  });

  const members = (): readonly LxdMember[] => cluster?.members ?? [];
  const member = (index: number): LxdMember => {
    const found = members()[index];
    assert.ok(found);
    return found;
  };
  const newToken = async (name: string, ...words: string[]): Promise<string> => {
    const answer = await member(0).run("lxc", "config", "trust", "add", "--quiet", "--name", name, ...words);
    return answer.trim().split("\n").at(-1) ?? "";
  };
  const overHttps = async (): Promise<EngineOptions> => ({
    url: members()
      .map(({ url }) => url)
      .join(","),
    token: await newToken(`client-${Math.random()}`),
  });
  const bySocket = (): EngineOptions => ({ url: `unix:${member(0).socket}` });

  describeDriverContract("incus, three members, over HTTPS", () => lxdEngines(overHttps));

  describe("on three members", () => {
    const engine = lxdEngines(bySocket);
    const driver = (): Driver => engine().driver;

    beforeEach(async () => {
      await driver().importImage(testImage, engine().tarball);
    });

    it("creates containers on the members of a placement, which reach each other", async () => {
      const [first, second] = await Promise.all(
        ["m1", "m2"].map((name, index) =>
          driver().create(containerSpec(500 + index, { placement: { member: name } })),
        ),
      );
      assert.deepEqual([first?.member, second?.member], ["m1", "m2"]);
      await Promise.all([driver().start(500), driver().start(501)]);
      const { exitCode } = await driver().exec(
        500,
        execRequest(["ping", "-c", "1", "-w", "20", containerSpec(501).ipAddress]),
      );
      assert.equal(exitCode, 0);
      const found = (await driver().members?.()) ?? [];
      assert.deepEqual(
        found.map(({ name, state, containers }) => ({ name, state, containers })),
        [
          { name: "m1", state: "online", containers: 1 },
          { name: "m2", state: "online", containers: 1 },
          { name: "m3", state: "online", containers: 0 },
        ],
      );
      assert.ok(
        found.every(({ memoryBytes = 0, freeDiskBytes = 0 }) => memoryBytes > 0 && freeDiskBytes > 0),
      );
    });

    it("reports a stop on another member than that of the connection", async () => {
      const down: number[] = [];
      driver().watch((id) => down.push(id));
      await driver().create(containerSpec(500, { placement: { member: "m3" } }));
      await driver().start(500);
      await driver().exec(500, execRequest(["poweroff"]));
      await eventually(() => down.includes(500), "the stop was reported");
      assert.deepEqual(await driver().list(), [{ id: 500, state: "stopped", member: "m3" }]);
    });

    it("connects containers to a bridge of the members", async () => {
      const options = { ...engine().options, serverId: "b".repeat(32) };
      const bridged = createIncusDriver({ ...options, engine: { ...bySocket(), nic: "bridged:br0" } });
      await bridged.open();
      await bridged.importImage(testImage, engine().tarball);
      for (const [id, name] of [
        [500, "m1"],
        [501, "m2"],
      ] as const) {
        await bridged.create(containerSpec(id, { placement: { member: name } }));
        await bridged.start(id);
      }
      const there = ["ping", "-c", "1", "-w", "20", containerSpec(501).ipAddress];
      const { exitCode } = await bridged.exec(500, execRequest(there));
      await Promise.all([500, 501].map((id) => bridged.destroy(id)));
      await bridged.purge();
      assert.equal(exitCode, 0);
    });

    for (const [title, prepare, work] of [
      ["creates", [], (it: Driver) => it.create(containerSpec(500))],
      ["starts", ["create"], (it: Driver) => it.start(500)],
      [
        "runs a command in",
        ["create", "start"],
        (it: Driver) => it.exec(500, execRequest(["sleep", "1000"])),
      ],
    ] as const) {
      it(`leaves nothing of a container that a killed daemon ${title}`, async () => {
        for (const step of prepare) {
          await (step === "create" ? driver().create(containerSpec(500)) : driver().start(500));
        }
        const lost = work(driver()).catch(() => undefined);
        await pause(60);
        // Its connections end, as those of a killed process do.
        await driver().close();
        const next = engine().nextDriver();
        await next.destroy(500);
        await lost;
        await pause(300);
        await eventually(async () => (await next.list()).length === 0, "no container was left");
        await next.close();
      });
    }

    it("leaves nothing of a container that the engine creates after the destroy", async () => {
      const next = engine().nextDriver();
      await next.open();
      await next.destroy(500);
      // The first driver is the killed daemon here, whose call the engine begins late.
      await driver()
        .create(containerSpec(500))
        .catch(() => undefined);
      // It has looked at the container, and the next driver perhaps not yet.
      await eventually(async () => (await driver().list()).length === 0, "the late container was removed");
      await next.create(containerSpec(500));
      await next.start(500);
      await pause(500);
      assert.deepEqual(
        (await next.list()).map(({ id, state }) => ({ id, state })),
        [{ id: 500, state: "running" }],
      );
      await next.close();
    });

    it("replaces links of a stopped container, and follows none", async () => {
      await driver().create(containerSpec(500));
      await driver().start(500);
      const links = "mkdir /srv/real; ln -s real /srv/folder; ln -s /etc/passwd /srv/real/file";
      await driver().exec(500, execRequest(["sh", "-c", links]));
      await driver().stop(500, 0);
      assert.equal(await driver().readFile(500, "/srv/real/file", 10), undefined);
      assert.equal(await driver().readFile(500, "/srv/folder/file", 10), undefined);
      await driver().writeFiles(500, [
        textFile("/srv/real/file", "one"),
        textFile("/srv/folder/file", "two"),
      ]);
      await driver().start(500);
      const show =
        "grep -c root /etc/passwd; cat /srv/real/file /srv/folder/file; [ -L /srv/folder ] || echo ' folder'";
      const { stdout } = await driver().exec(500, execRequest(["sh", "-c", show]));
      assert.equal(Buffer.from(stdout).toString(), "1\nonetwo folder\n");
    });

    it("changes the name servers at a start, unless the container did", async () => {
      await driver().create(containerSpec(500));
      const servers = async (): Promise<string> =>
        Buffer.from((await driver().readFile(500, "/etc/resolv.conf", 100)) ?? []).toString();
      await driver().start(500, ["198.18.0.8", "198.18.0.9"]);
      assert.equal(await servers(), "nameserver 198.18.0.8\nnameserver 198.18.0.9\n");
      await driver().stop(500, 0);
      await driver().writeFiles(500, [textFile("/etc/resolv.conf", "search example.org\n")]);
      await driver().start(500, ["198.18.0.7"]);
      assert.equal(await servers(), "search example.org\n");
    });

    it("changes the names in the hosts file, running or not, and keeps other lines", async () => {
      await driver().create(containerSpec(500, { hosts: () => ["198.18.0.100 first"] }));
      await driver().setHosts?.(500, ["198.18.0.101 second"]);
      await driver().start(500);
      await driver().exec(500, execRequest(["sh", "-c", "echo 10.0.0.1 own >>/etc/hosts"]));
      await driver().setHosts?.(500, ["198.18.0.102 third"]);
      const { stdout } = await driver().exec(500, execRequest(["cat", "/etc/hosts"]));
      const lines = Buffer.from(stdout).toString().split("\n");
      assert.deepEqual(
        lines.filter((line) => /first|second|third|own|localhost$/.test(line)),
        ["127.0.0.1 localhost", "::1 localhost ip6-localhost", "198.18.0.102 third", "10.0.0.1 own"],
      );
    });

    it("limits the memory, the processes and the disk", async () => {
      const type = {
        name: "tiny",
        memoryBytes: 48 * 1024 * 1024,
        processes: 30,
        diskBytes: 40 * 1024 * 1024,
      };
      await driver().create(containerSpec(500, { type }));
      await driver().start(500);
      const fill = "dd if=/dev/zero of=/fill bs=1048576 count=100 2>/dev/null; sync; wc -c </fill";
      const { stdout } = await driver().exec(500, execRequest(["sh", "-c", fill]));
      const written = Number(Buffer.from(stdout).toString());
      assert.ok(written > 20 * 1024 * 1024 && written <= 42 * 1024 * 1024, String(written));
    });
  });

  describe("two daemons", () => {
    const one = lxdEngines(bySocket);
    const other = lxdEngines(bySocket);

    it("have a project each, and see nothing of each other", async () => {
      await one().driver.importImage(testImage, one().tarball);
      await one().driver.create(containerSpec(500));
      assert.deepEqual(await other().driver.list(), []);
      assert.deepEqual(await other().driver.images(), []);
      await other().driver.destroy(500);
      assert.equal((await one().driver.list()).length, 1);
    });

    it("know each other's addresses", async () => {
      await one().driver.importImage(testImage, one().tarball);
      await one().driver.create(containerSpec(500));
      const found = await other().driver.foreign();
      assert.deepEqual(
        found.map(({ name, ipAddresses }) => ({ name, ipAddresses })),
        [{ name: "container-500", ipAddresses: [containerSpec(500).ipAddress] }],
      );
    });
  });

  describe("trust", () => {
    const optionsWith = async (engine: EngineOptions): Promise<DriverOptions> => ({
      folder: join(await newFolder(), "incus"),
      serverId: "a".repeat(32),
      network: { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: false },
      commandTimeoutMs: 20_000,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
      engine,
    });

    it("needs a token of this engine that was not used", async () => {
      const token = await newToken("used");
      const url = member(0).url;
      const first = createIncusDriver(await optionsWith({ url, token }));
      await first.open();
      await first.purge();
      const again = createIncusDriver(await optionsWith({ url, token }));
      await assertMccError(
        again.images(),
        "engine",
        /refused the token of --engine-token .*lxc config trust add/,
      );
      const none = createIncusDriver(await optionsWith({ url }));
      const [finding] = await none.preflight();
      assert.match(finding?.lacking ?? "", /does not know this daemon/);
      const foreign = JSON.parse(Buffer.from(token, "base64").toString()) as object;
      const wrong = Buffer.from(JSON.stringify({ ...foreign, fingerprint: "0".repeat(64) })).toString(
        "base64",
      );
      const deceived = createIncusDriver(await optionsWith({ url, token: wrong }));
      const [other] = await deceived.preflight();
      assert.match(
        other?.lacking ?? "",
        /certificate with the fingerprint [0-9a-f]{64}, and the token is for 0000/,
      );
    });

    it("is kept for the next start, in files that only the daemon can read", async () => {
      const options = await optionsWith(await overHttps());
      const first = createIncusDriver(options);
      await first.open();
      await first.close();
      assert.equal((await stat(join(options.folder, "client.key"))).mode & 0o777, 0o600);
      const next = createIncusDriver({ ...options, engine: { url: member(2).url } });
      assert.deepEqual(await next.images(), []);
      await next.purge();
    });

    it("ends with the certificate", async () => {
      const options = await optionsWith(await overHttps());
      const first = createIncusDriver(options);
      await first.open();
      await first.purge();
      await writeFile(join(options.folder, "client.crt"), await issueClientCertificate(new Date(0)));
      const [finding] = await createIncusDriver(options).preflight();
      assert.match(finding?.lacking ?? "", /client\.crt expired on /);
      assert.match(finding?.remedy ?? "", /--engine-token/);
      assert.ok((await readFile(join(options.folder, "engine.crt"), "utf8")).includes("BEGIN CERTIFICATE"));
    });
  });

  describe("a member whose cable is pulled", () => {
    const engine = lxdEngines(bySocket);
    const driver = (): Driver => engine().driver;
    /** Nothing is known while the engine does not answer. */
    const states = async (): Promise<string[]> => {
      const containers = await driver()
        .list()
        .catch(() => []);
      return containers.map(({ id, state, member: on }) => `${id} ${state} ${on}`).sort();
    };

    afterEach(async () => {
      await member(2).connect(true);
    });

    it("has unreachable containers until it is back, and others are created elsewhere", async function () {
      this.timeout(120_000);
      await driver().importImage(testImage, engine().tarball);
      await driver().create(containerSpec(500, { placement: { member: "m1" } }));
      await driver().create(containerSpec(501, { placement: { member: "m3" } }));
      await Promise.all([driver().start(500), driver().start(501)]);
      const down: number[] = [];
      driver().watch((id) => down.push(id));
      await member(2).connect(false);
      await eventually(
        async () => (await states()).includes("501 unreachable m3"),
        "its container is unreachable",
      );
      assert.ok((await states()).includes("500 running m1"));
      await assertMccError(driver().exec(501, execRequest(["true"])), "unreachable", /m3/);
      await assertMccError(driver().destroy(501), "unreachable", /m3/);
      const made = await driver().create(containerSpec(502));
      await driver().start(502);
      assert.notEqual(made.member, "m3");
      await member(2).connect(true);
      await eventually(async () => (await states()).includes("501 running m3"), "its container is back");
      assert.equal((await driver().exec(501, execRequest(["true"]))).exitCode, 0);
      assert.deepEqual(down, []);
    });
  });

  // The last, because the cluster is not repaired: it leaves a project, which ends with the cluster.
  describe("a cluster whose members die", () => {
    it("works as long as most of them run, and then fails with one clear error", async () => {
      const options = driverOptions(join(await newFolder(), "incus"), {
        engine: bySocket(),
        commandTimeoutMs: 8_000,
      });
      const last = createIncusDriver(options);
      await last.open();
      await last.importImage(testImage, microTarball());
      await member(2).kill();
      assert.notEqual((await last.create(containerSpec(501))).member, "m3");
      await last.destroy(501);
      await member(1).kill();
      let error: unknown;
      // The engine notices it after about a second.
      for (let tries = 0; tries < 10 && error === undefined; tries += 1) {
        await pause(500);
        error = await last.images().then(
          () => undefined,
          (reason: unknown) => reason,
        );
      }
      assert.ok(MccError.isInstance(error));
      assert.match(error.message, /most of which must run/);
      await last.close();
    });
  });
});
