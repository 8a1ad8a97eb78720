import assert from "node:assert/strict";
import fs, { existsSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { execa } from "execa";
import sinon from "sinon";
import type { ContainerClaim, ContainerSpec } from "../../../../../server/driver/driver";
import { firstProcessOf } from "../../../../../server/driver/lxc/cgroups/first-process";
import { readHierarchies } from "../../../../../server/driver/lxc/cgroups/hierarchies";
import { processes } from "../../../../../server/driver/lxc/commands/processes";
import { assertMccError } from "../../../../support/assert-error";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { inNetworkOf } from "../../../../support/lxc/network-inside";
import { shell, startContainer } from "../../../../support/lxc/running-container";
import { eventually } from "../../../../support/time/eventually";
import { containerSpec, execRequest, textFile } from "../../container-spec";

const keys = (text: string) => ({
  ...textFile("/root/.ssh/authorized_keys", text),
  mode: 0o600,
  folderMode: 0o700,
});
const owners: ContainerSpec = containerSpec(500, {
  hostname: "web.example",
  networkGroup: "a",
  nameservers: ["198.18.0.9"],
  hosts: () => ["198.18.0.100 web.example web"],
  type: { name: "light", memoryBytes: 64 * 1024 * 1024, processes: 64 },
  files: [keys("ssh-ed25519 AAAA me\n")],
});

describe("the claim of an LXC container", function () {
  this.timeout(120_000);
  const host = lxcHosts({}, { settleMs: 50 });

  const claimsOf = (): NonNullable<ReturnType<typeof host>["driver"]["claims"]> => {
    const { claims } = host().driver;
    assert.ok(claims);
    return claims;
  };

  async function startUnclaimed(id = 500): Promise<void> {
    await startContainer(host(), id, {
      hostname: `warm-${id}`,
      unclaimed: true,
      hosts: () => [],
      type: { name: "basic", memoryBytes: 256 * 1024 * 1024, cpus: 1, processes: 256 },
      files: [keys("")],
    });
    await claimsOf().prepare(id);
  }

  async function claim(as: ContainerClaim = owners, id = 500): Promise<void> {
    await claimsOf().claim(id, as);
  }

  async function cables(): Promise<string> {
    return (await execa("ls", ["/sys/class/net"])).stdout;
  }

  /** Returns all that distinguishes one container from another. */
  async function seen(): Promise<Record<string, string>> {
    const { place } = host();
    const container = place.container(500);
    const { unified, old } = await readHierarchies();
    const limits = [unified, ...old.map(({ folder }) => folder)].flatMap((folder) =>
      ["memory.max", "memory.limit_in_bytes", "pids.max", "cpu.max", "cpu.cfs_quota_us"]
        .map((file) => join(folder, `lxc.payload.${container.name}`, file))
        .filter((path) => existsSync(path))
        .map((path) => `${path} ${readFileSync(path, "utf8")}`),
    );
    return {
      hostname: await shell(host(), "hostname; cat /etc/hostname /proc/sys/kernel/hostname"),
      names: await shell(
        host(),
        "cat /etc/hosts /etc/resolv.conf; readlink /etc/hosts; stat -c '%n %a %u %g %s' /etc/minicloud /etc/minicloud/*",
      ),
      keys: await shell(
        host(),
        "cat /root/.ssh/authorized_keys; stat -c '%a %u %g %h' /root/.ssh /root/.ssh/*",
      ),
      etc: await shell(host(), "ls -A /etc /root; stat -c '%n %a %u %g %s' /etc/host* /etc/resolv.conf"),
      network: await shell(
        host(),
        "ip address show eth0 | sed 's/@if[0-9]*//; s/^[0-9]*//; s/ tentative//'; ip route",
      ),
      limits: limits.join(""),
      cables: await cables(),
      configuration: await readFile(container.configuration, "utf8"),
      limitLines: await readFile(container.limits, "utf8"),
      group: (await readFile(container.networkGroup, "utf8")).replace(/\d+/, ""),
      servers: await readFile(container.nameServers, "utf8"),
      files: (await execa("ls", ["-A", container.folder])).stdout.replace("claimed\n", ""),
      remains: JSON.stringify({ ...(await host().driver.remains(500)), createdAt: "" }),
    };
  }

  it("makes it the same as one that was created for its owner, also after a restart", async () => {
    await startContainer(host(), 501, { unclaimed: true });
    await startContainer(host(), 500, owners);
    const cold = await seen();
    await host().driver.destroy(500);
    await startUnclaimed();
    await claim();
    assert.deepEqual(await seen(), cold);
    await host().driver.stop(500, 0);
    await host().driver.start(500);
    assert.deepEqual(await seen(), cold);
    const { name } = host().place.container(500);
    const setters = (await processes()).filter(({ words }) => words.at(-1) === name && words.includes("-c"));
    assert.deepEqual(setters, [], "the process that set the host name has ended");
  });

  it("also gives files, limits and a group that it did not have, and takes some away", async () => {
    await startUnclaimed();
    await claim({
      ...owners,
      networkGroup: undefined,
      type: { name: "unlimited" },
      files: [keys("other\n"), { ...textFile("/var/lib/minicloud/user-data", "echo\n"), folderMode: 0o700 }],
    });
    assert.equal(
      await shell(host(), "cat /var/lib/minicloud/user-data /root/.ssh/authorized_keys"),
      "echo\nother",
    );
    assert.equal(await shell(host(), "stat -c %a /var/lib/minicloud"), "700");
    assert.equal(existsSync(host().place.container(500).networkGroup), false);
    assert.ok(existsSync(`/sys/class/net/${host().place.vethPrefix}500`));
  });

  async function reaches(from: number, to: number): Promise<boolean> {
    const [nsenter = "", ...inside] = await inNetworkOf(host(), from);
    const ping = ["busybox", "ping", "-c", "1", "-W", "1", `198.18.0.${to - 400}`];
    return (await execa(nsenter, [...inside, ...ping], { reject: false })).exitCode === 0;
  }

  /** After the pings that nobody answered, the kernel asks for the address again only after a pause. */
  async function bothReach(one: number, other: number): Promise<void> {
    await eventually(async () => await reaches(one, other), `${one} reaches ${other}`);
    await eventually(async () => await reaches(other, one), `${other} reaches ${one}`);
  }

  it("is the first time that another container reaches it", async () => {
    await startContainer(host(), 502);
    await startContainer(host(), 503, { networkGroup: "a" });
    await startUnclaimed(500);
    await startUnclaimed(501);
    const reached = async (...pairs: readonly (readonly [number, number])[]): Promise<string[]> =>
      (
        await Promise.all(
          pairs.map(async ([from, to]) => ((await reaches(from, to)) ? [`${from} to ${to}`] : [])),
        )
      ).flat();
    const unclaimed = [
      [500, 501],
      [501, 500],
      [502, 500],
      [500, 502],
      [503, 500],
      [500, 503],
    ] as const;
    assert.deepEqual(await reached(...unclaimed), []);
    await claim();
    await bothReach(500, 503);
    assert.deepEqual(await reached([500, 503], [503, 500], [502, 500], [501, 500]), [
      "500 to 503",
      "503 to 500",
    ]);
    await claim({ ...owners, networkGroup: undefined }, 501);
    await bothReach(501, 502);
    assert.deepEqual(await reached([501, 502], [502, 501], [501, 500]), ["501 to 502", "502 to 501"]);
    await startUnclaimed(504);
    assert.deepEqual(await reached([504, 502], [502, 504], [500, 504]), []);
  });

  it("reports one of two failures at the same time, and handles the other", async () => {
    await startUnclaimed();
    const { configuration } = host().place.container(500);
    const { openSync, writeFileSync } = fs;
    sinon.replace(fs, "writeFileSync", (path, ...others) => {
      assert.notEqual(path, configuration);
      writeFileSync(path, ...others);
    });
    sinon.replace(fs, "openSync", (path, ...others) => {
      assert.doesNotMatch(String(path), /^\/proc\/self\/fd\/\d+\/etc/);
      return openSync(path, ...others);
    });
    const unhandled = sinon.fake();
    process.on("unhandledRejection", unhandled);
    try {
      await assert.rejects(claim(), assert.AssertionError);
      await nextTurn();
    } finally {
      process.off("unhandledRejection", unhandled);
      sinon.restore();
    }
    sinon.assert.notCalled(unhandled);
  });

  it("follows no link of the image", async () => {
    const victim = join(host().options.folder, "victim");
    await startUnclaimed();
    await writeFile(victim, "untouched");
    await shell(host(), `rm /etc/hostname /root/.ssh/authorized_keys; ln -s ${victim} /etc/hostname`);
    await shell(host(), `rm -r /root/.ssh; ln -s ${host().options.folder} /root/.ssh`);
    await claim().catch(() => undefined);
    assert.equal(await readFile(victim, "utf8"), "untouched");
    assert.equal(existsSync(join(host().options.folder, "authorized_keys")), false);
  });

  it("is refused twice, and for a container that was not prepared", async () => {
    await assertMccError(claim(), "conflict", /500 is not prepared/);
    await startUnclaimed();
    await claim();
    await assertMccError(claim(), "conflict", /500 is not prepared/);
    assert.equal(claimsOf().accepts({ name: "small", diskBytes: 1 }), false);
    await host().driver.stop(500, 0);
    await assertMccError(claimsOf().prepare(500), "conflict", /500 does not run/);
  });

  it("is refused if the container is destroyed while the claim waits for another change of it", async () => {
    const { driver } = host();
    await startUnclaimed();
    const stopped = driver.stop(500, 100);
    const refused = assertMccError(claim(), "conflict", /ended before it was claimed/);
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([stopped, refused, driver.destroy(500)]);
    assert.deepEqual(await driver.list(), []);
  });

  for (const daemon of ["a daemon", "no daemon"]) {
    it(`survives a reboot inside while ${daemon} runs`, async () => {
      await startContainer(host(), 503, { networkGroup: "a" });
      await startUnclaimed();
      await claim();
      const before = await seen();
      const { driver } = host();
      if (daemon === "a daemon") {
        driver.watch(() => undefined);
      }
      const cgroup = join(
        (await readHierarchies()).unified,
        `lxc.payload.${host().place.container(500).name}`,
      );
      const first = await firstProcessOf(cgroup);
      // Later than the shell that the driver then prepares for the next command: while one enters the container, LXC cannot
      // start it again, and only a watch repairs that.
      await driver.exec(
        500,
        execRequest(["sh", "-c", "setsid sh -c 'sleep 0.5; reboot -f' >/dev/null 2>&1 &"]),
      );
      await eventually(
        async () => ![undefined, first].includes(await firstProcessOf(cgroup)),
        "it runs again",
      );
      if (daemon === "no daemon") {
        // The cable of its earlier life answers until the kernel has removed it.
        await eventually(
          async () => !(await reaches(503, 500)),
          "until the next daemon, it reaches no other",
        );
        await driver.open();
      }
      await eventually(async () => await reaches(503, 500), "it is in its group again");
      await eventually(async () => (await cables()) === before["cables"], "its earlier cable is gone");
      assert.deepEqual(await seen(), before);
    });
  }
});
