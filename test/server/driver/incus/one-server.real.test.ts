import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Claims, ContainerClaim, ContainerSpec, Driver } from "../../../../server/driver/driver";
import { assertMccError } from "../../../support/assert-error";
import { type LxdCluster, startLxdCluster } from "../../../support/lxd/cluster";
import { type LxdEngine, lxdEngines } from "../../../support/lxd/lxd-engines";
import { eventually } from "../../../support/time/eventually";
import { withClaimedContainers } from "../claimed-containers";
import { containerSpec, execRequest, testImage, textFile } from "../container-spec";
import { describeDriverContract } from "../contract";

const mebibyte = 1024 * 1024;
/** Keeps 30 MiB in the memory of a process. */
const hold =
  "(head -c 31457280 /dev/zero | tail -c 31457280 | (sleep 1000; cat)) </dev/null >/dev/null 2>&1 &";
const burn = "timeout 1000 sh -c 'while :; do :; done' </dev/null >/dev/null 2>&1 &";

const keys = (text: string) => ({
  ...textFile("/root/.ssh/authorized_keys", text),
  mode: 0o600,
  folderMode: 0o700,
});
const firstType = { name: "first", memoryBytes: 96 * 1024 * 1024, processes: 90 };
const owners: ContainerSpec = containerSpec(500, {
  name: "web",
  hostname: "web.example",
  hosts: () => ["198.18.0.100 web.example web"],
  type: firstType,
  files: [keys("ssh-ed25519 AAAA it's me\n")],
});

describe("the Incus driver, on a cluster of one", () => {
  let server: LxdCluster | undefined;

  before(async function () {
    this.timeout(120_000);
    server = await startLxdCluster(1);
  });
  after(async () => {
    await server?.end();
  });

  const engines = (): (() => LxdEngine) => lxdEngines(() => ({ url: `unix:${server?.members[0]?.socket}` }));

  describeDriverContract("incus, by its socket", engines);

  describeDriverContract("incus, with claimed containers", () => {
    const engine = engines();
    return () => ({ ...engine(), driver: withClaimedContainers(engine().driver) });
  });

  describe("what an instance uses", function () {
    this.timeout(60_000);
    const engine = engines();

    it("grows with the memory and the processor time of its programs", async () => {
      const { driver, tarball } = engine();
      await driver.importImage(testImage, tarball);
      await driver.create(containerSpec(500, { type: { name: "roomy", memoryBytes: 256 * mebibyte } }));
      await driver.start(500);
      const [idle] = await driver.usage([500]);
      assert.ok(idle);
      await driver.exec(500, execRequest(["sh", "-c", `${hold} ${burn} true`]));
      let busy = idle;
      await eventually(async () => {
        await pause(250);
        const [usage = idle] = await driver.usage([500]);
        busy = usage;
        return (
          (busy.memoryBytes ?? 0) > (idle.memoryBytes ?? 0) + 25 * mebibyte &&
          (busy.cpuSeconds ?? 0) > (idle.cpuSeconds ?? 0) + 0.5
        );
      }, "the next measurement has more");
      assert.ok((busy.memoryBytes ?? 0) < (idle.memoryBytes ?? 0) + 80 * mebibyte, String(busy.memoryBytes));
      assert.ok((busy.processes ?? 0) >= (idle.processes ?? 0) + 3, String(busy.processes));
      assert.ok(busy.atMs > idle.atMs);
    });
  });

  describe("the claim of an instance", function () {
    this.timeout(60_000);
    const engine = engines();
    const driver = (): Driver => engine().driver;
    const claims = (): Claims => {
      const { claims: found } = driver();
      assert.ok(found);
      return found;
    };

    beforeEach(async () => {
      await driver().importImage(testImage, engine().tarball);
    });

    async function startUnclaimed(): Promise<void> {
      await driver().create({
        ...owners,
        name: "warm-500",
        hostname: "warm-500",
        unclaimed: true,
        hosts: () => [],
        files: [keys("")],
      });
      await driver().start(500);
      await claims().prepare(500);
    }

    async function output(script: string): Promise<string> {
      const { stdout, stderr } = await driver().exec(500, execRequest(["sh", "-c", script]));
      return `${Buffer.from(stdout).toString()}${Buffer.from(stderr).toString()}`;
    }

    /** Returns all that distinguishes one container from another. */
    async function seen(): Promise<Record<string, string>> {
      return {
        names: await output("hostname; cat /etc/hostname /etc/hosts /etc/resolv.conf"),
        files: await output(
          "cat /root/.ssh/authorized_keys; stat -c '%n %a %u %g %s' /etc/host* /root/.ssh/*",
        ),
        // The mark of a first start has a digest of the files of the create in its name.
        folder: (await output("ls -A /etc /root; stat -c %a /root/.ssh")).replace(
          /minicloud-files-[0-9a-f]{16}/,
          "minicloud-files",
        ),
        shells: (await output("ps -o args"))
          .split("\n")
          .filter((line) => line === "/bin/sh")
          .join(),
        hostname: String((await driver().remains(500)).hostname),
      };
    }

    it("makes it the same as one that was created for its owner, also after a restart and a reboot", async () => {
      await driver().create(owners);
      await driver().start(500);
      const cold = await seen();
      await driver().destroy(500);
      await startUnclaimed();
      await claims().claim(500, owners);
      await eventually(async () => (await seen())["shells"] === "", "the shell of the claim has ended");
      assert.deepEqual(await seen(), cold);
      await driver().stop(500, 0);
      await driver().start(500);
      assert.deepEqual(await seen(), cold);
      const bootsAt = async (): Promise<string> =>
        await output("cat /proc/1/stat | cut -d' ' -f22").catch(() => "");
      const first = await bootsAt();
      await output("(sleep 0.2; reboot -f) >/dev/null 2>&1 &");
      await eventually(async () => !["", first].includes(await bootsAt()), "it runs again");
      assert.equal(await output("hostname"), "web.example\n");
    });

    it("also gives limits, name servers and files that it did not have, and follows no link", async () => {
      await startUnclaimed();
      await output("rm /etc/hostname; echo untouched >/root/victim; ln -s /root/victim /etc/hostname");
      const as: ContainerClaim = {
        ...owners,
        type: { name: "other", memoryBytes: 64 * 1024 * 1024, processes: 60 },
        nameservers: ["198.18.0.9"],
        files: [
          keys("other\n"),
          { path: "/srv/deep/bytes", content: Buffer.from([0, 39, 255]), mode: 0o640, folderMode: 0o750 },
        ],
      };
      await claims().claim(500, as);
      assert.equal(
        await output(
          "cat /etc/hostname /root/victim /etc/resolv.conf /root/.ssh/authorized_keys; od -An -tu1 /srv/deep/bytes; stat -c %a /srv/deep /srv/deep/bytes",
        ),
        "web.example\nuntouched\nnameserver 198.18.0.9\nother\n   0  39 255\n750\n640\n",
      );
      const { run } = server?.members[0] ?? {};
      const project = (await run?.("lxc", "project", "list", "--format", "csv"))
        ?.split("\n")
        .find((line) => line.startsWith(`minicloud-${engine().options.serverId.slice(0, 8)}`));
      const name = `mc-${engine().options.serverId.slice(0, 8)}-500`;
      const config = await run?.("lxc", "config", "show", name, "--project", project?.split(",")[0] ?? "");
      assert.match(
        config ?? "",
        /limits\.memory: 67108864B[^]*limits\.processes: "60"[^]*user\.minicloud\.name: web\n/,
      );
      // The daemon wrote the name servers, so another start may change them.
      await driver().stop(500, 0);
      await driver().start(500, ["198.18.0.8"]);
      assert.equal(await output("cat /etc/resolv.conf"), "nameserver 198.18.0.8\n");
    });

    it("works without the shell that waited, and only once", async () => {
      await assertMccError(claims().claim(500, owners), "conflict", /500 is not prepared/);
      await startUnclaimed();
      await output("kill -9 $(ps -o pid,args | awk '$2 == \"/bin/sh\" && NF == 2 { print $1 }')");
      await eventually(async () => !(await output("ps -o args")).split("\n").includes("/bin/sh"), "it ended");
      await claims().claim(500, owners);
      assert.equal(await output("hostname"), "web.example\n");
      await assertMccError(claims().claim(500, owners), "conflict", /500 is not prepared/);
    });

    it("is not possible for one that does not run", async () => {
      await driver().create({ ...owners, unclaimed: true });
      await assertMccError(claims().prepare(500), "conflict", /500 does not run/);
    });
  });
});
