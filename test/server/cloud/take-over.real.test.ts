import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { instanceMethods } from "../../../protocol/methods/instance";
import type { MethodParameters } from "../../../protocol/methods/method-table";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";
import { assertMccError } from "../../support/assert-error";
import { createReady, targetOf, testClouds } from "../../support/daemons/test-cloud";
import { loginLines } from "../../support/login-lines";
import { makeForeign, vzctl } from "../driver/openvz/fake-driver";
import { fakeClouds, wanted } from "./openvz-cloud";

const theirKey = "ssh-rsa AAAAB3NzaC1yc2E theirs";
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA";
/** The options with which the server of the first MiniCloud created containers. */
const old = ["--ipadd", "198.18.0.7", "--hostname", "mcc-id-500.localdomain"];

const parsed = (parameters: MethodParameters<"instance.takeOver">) =>
  instanceMethods["instance.takeOver"].parameters.parse(parameters);

for (const generation of ["v4", "v7"] as const) {
  describe(`instance.takeOver, the fake ${generation}`, () => {
    const { host, open, closeAll, killAt } = fakeClouds({ generation });
    /** Creates an old container. Its number is valid in both generations. */
    const makeOld = async (...more: readonly string[]): Promise<void> => {
      await makeForeign(host(), "500", ...old, ...more);
      writeInside("/root/.ssh/authorized_keys", `${theirKey}\n`);
      writeInside("/etc/ssh/ssh_host_ed25519_key.pub", `${hostKey} root@old\n`);
    };
    const inside = (path: string): string => host().path(`vz/private/500${path}`);
    const writeInside = (path: string, content: string): void => {
      mkdirSync(dirname(inside(path)), { recursive: true });
      writeFileSync(inside(path), content);
    };
    const takeOver = (cloud: Cloud, parameters: object = {}) =>
      cloud.instances.takeOver(localAdmin, parsed({ container: "500", ...parameters }));
    const isRunning = async (): Promise<boolean> =>
      (await vzctl(host(), "status", "500")).includes("running");
    const assertTheirs = async (cloud: Cloud): Promise<void> => {
      assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
      const foreign = await cloud.foreignContainers();
      assert.deepEqual(
        foreign.map(({ engineId, ipAddresses }) => [engineId, ipAddresses]),
        [["500", ["198.18.0.7"]]],
      );
    };

    it("takes over a running container unchanged, without stopping it", async () => {
      await makeOld();
      await vzctl(host(), "start", "500");
      const cloud = await open();
      host().takeCommands();
      const { uid, createdAt, ...instance } = await takeOver(cloud, { labels: { from: "old" } });
      assert.match(`${uid} ${createdAt}`, /^[0-9a-f]{32} 20/);
      assert.deepEqual(instance, {
        account: "admin",
        id: 500,
        name: "mcc-500",
        status: "running",
        ipAddress: "198.18.0.7",
        simulated: false,
        hostname: "mcc-id-500.localdomain",
        image: wanted.image,
        type: "basic",
        keys: [],
        labels: { from: "old" },
        sshHostKey: hostKey,
      });
      const actions = host()
        .takeCommands()
        .map(([, action]) => action);
      assert.deepEqual(
        actions.filter((action) => ["start", "stop", "restart", "mount", "umount"].includes(action ?? "")),
        [],
      );
      assert.deepEqual(await cloud.foreignContainers(), []);
      await assertMccError(
        createReady(cloud, { ...wanted, ipAddress: "198.18.0.7" }),
        "conflict",
        /is taken/,
      );
    });

    it("makes it an ordinary instance: exec, keys, stop, start, a restart of the daemon and destroy work", async () => {
      await makeOld("--name", "web");
      await vzctl(host(), "start", "500");
      const first = await open();
      const { uid, name } = await takeOver(first);
      assert.equal(name, "web");
      await closeAll();
      const cloud = await open();
      const target = { instance: 500, uid };
      const { stdout } = await cloud.instances.exec(localAdmin, {
        ...target,
        command: ["hostname"],
        stdin: "",
        timeoutSeconds: 10,
        maxOutputBytes: 100,
      });
      assert.notEqual(stdout, "");
      await cloud.instances.update(localAdmin, { ...target, name: "web-2", keys: [] });
      assert.equal(loginLines(readFileSync(inside("/root/.ssh/authorized_keys"), "utf8")), `${theirKey}\n`);
      assert.equal(
        (await cloud.instances.stop(localAdmin, { ...target, graceSeconds: 0 })).status,
        "stopped",
      );
      assert.equal((await cloud.instances.start(localAdmin, target)).status, "running");
      const [other] = await Promise.all([createReady(cloud, wanted)]);
      assert.notEqual(other.ipAddress, "198.18.0.7");
      await cloud.instances.destroy(localAdmin, targetOf(other));
      await cloud.instances.destroy(localAdmin, target);
      assert.deepEqual(host().remains(), []);
    });

    it("adds keys to the existing ones, and sets another name", async () => {
      await makeOld("--name", "Old_One");
      await vzctl(host(), "start", "500");
      const cloud = await open();
      const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJnCD0UQyWCtK0VOwNJ9wYgmR7AoTq4kPVHrKgKqKKnF";
      await cloud.keys.add(localAdmin, { name: "me", publicKey });
      const instance = await takeOver(cloud, { name: "web", keys: ["me"] });
      assert.deepEqual([instance.name, instance.keys], ["web", ["me"]]);
      assert.match(host().configuration("500"), /NAME="web"/);
      const keys = readFileSync(inside("/root/.ssh/authorized_keys"), "utf8");
      assert.ok(keys.includes(publicKey) && keys.includes(theirKey), keys);
    });

    it("takes over a stopped container, follows no link in it, and leaves it stopped", async () => {
      await makeOld();
      writeInside("/etc/ssh/none", "");
      symlinkSync("/etc/hostname", inside("/etc/ssh/ssh_host_ecdsa_key.pub"));
      writeInside("/etc/ssh/ssh_host_ed25519_key.pub", "no key\n");
      const cloud = await open();
      const { status, sshHostKey } = await takeOver(cloud);
      assert.deepEqual([status, sshHostKey, await isRunning()], ["stopped", "", false]);
      assert.equal((await vzctl(host(), "status", "500")).includes("unmounted"), true);
    });

    it("keeps an address outside of the range, also after a restart", async () => {
      await makeForeign(host(), "500", "--ipadd", "10.0.0.9");
      assert.equal((await takeOver(await open())).ipAddress, "10.0.0.9");
      await closeAll();
      const [instance] = await (await open()).instances.list(localAdmin, {});
      assert.deepEqual([instance?.id, instance?.ipAddress], [500, "10.0.0.9"]);
    });

    it("gives another id if an instance already has that number", async () => {
      const cloud = await open();
      const { id } = await createReady(cloud, wanted);
      await makeForeign(host(), String(1_000_000 + id), "--ipadd", "198.18.0.9");
      const taken = await takeOver(cloud, { container: String(1_000_000 + id) });
      assert.equal(taken.id, id + 1);
      await cloud.instances.destroy(localAdmin, targetOf(taken));
    });

    it("does not give its id to another instance, even after a destroy and a restart", async () => {
      await makeOld();
      const cloud = await open();
      const taken = await takeOver(cloud);
      await cloud.instances.destroy(localAdmin, targetOf(taken));
      const other = await createReady(cloud, wanted);
      await closeAll();
      const next = await createReady(await open(), wanted);
      assert.deepEqual([taken.id, other.id > 500, next.id > other.id], [500, true, true]);
    });

    it("refuses a container that cannot be taken over, and changes nothing", async () => {
      await makeOld("--name", "theirs");
      const cloud = await open();
      await makeForeign(host(), "600", "--ipadd", "198.18.0.20");
      await vzctl(host(), "set", "600", "--ipadd", "198.18.0.21", "--save");
      await makeForeign(host(), "601");
      await makeForeign(host(), "602", "--ipadd", "198.18.0.22");
      const elsewhere = `minicloud server:${"6".repeat(32)} id:602 uid:${"7".repeat(32)}`;
      await vzctl(host(), "set", "602", "--description", elsewhere, "--save");
      await assertMccError(
        takeOver(cloud, { container: "999" }),
        "not-found",
        /no container "999".*500 \(theirs\)/,
      );
      await assertMccError(
        takeOver(cloud, { container: "600" }),
        "conflict",
        /198\.18\.0\.20, 198\.18\.0\.21/,
      );
      await assertMccError(takeOver(cloud, { container: "601" }), "conflict", /no IPv4 address/);
      await assertMccError(
        takeOver(cloud, { container: "602" }),
        "conflict",
        /another MiniCloud server, 66666666/,
      );
      await assertMccError(takeOver(cloud, { keys: ["nobody"] }), "not-found", /nobody/);
      assert.throws(() => parsed({ container: "a b" }));
      assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
      await takeOver(cloud, { container: "theirs" });
      await assertMccError(takeOver(cloud), "conflict", /is this server's instance 500/);
    });

    it("succeeds once if two requests arrive at the same time", async () => {
      await makeOld();
      const cloud = await open();
      const settled = await Promise.allSettled([takeOver(cloud), takeOver(cloud)]);
      assert.deepEqual(settled.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
      assert.equal((await cloud.instances.list(localAdmin, {})).length, 1);
    });

    it("gives the container back if a step fails", async () => {
      await makeOld("--name", "Old_One");
      await vzctl(host(), "set", "500", "--description", "by hand", "--save");
      await vzctl(host(), "start", "500");
      const cloud = await open();
      host().behave({
        faults: [{ at: "set:locked", word: "--name", exitCode: 199, stderr: "no", times: 1 }],
      });
      await assertMccError(takeOver(cloud, { name: "web" }), "engine", /not taken over: .*is unchanged/);
      await assertTheirs(cloud);
      assert.match(host().configuration("500"), /DESCRIPTION="by hand"/);
      assert.equal(await isRunning(), true);
      assert.equal((await takeOver(cloud, { name: "web" })).name, "web");
    });

    it("is undone in later attempts if giving the container back fails", async () => {
      await makeOld("--name", "Old_One");
      await vzctl(host(), "set", "500", "--description", "by hand", "--save");
      await vzctl(host(), "start", "500");
      const cloud = await open();
      const fault = { at: "set:locked", exitCode: 199, stderr: "no", times: 1 };
      host().behave({
        faults: [
          { ...fault, word: "--name" },
          { ...fault, word: "by hand" },
        ],
      });
      await assertMccError(
        takeOver(cloud, { name: "web" }),
        "engine",
        /Giving it back failed too, and is tried/,
      );
      const [stuck] = await cloud.instances.list(localAdmin, {});
      assert.equal(stuck?.status, "failed");
      await cloud.instances.destroy(localAdmin, { instance: "web" });
      await assertTheirs(cloud);
      assert.match(
        host().configuration("500"),
        /NAME="Old_One"[^]*DESCRIPTION="by hand"|DESCRIPTION="by hand"[^]*NAME="Old_One"/,
      );
      assert.equal(await isRunning(), true, "a destroy gives the container back");
    });

    for (const word of ["--description", "--name"]) {
      for (const at of ["set:locked", "set:applied"]) {
        it(`gives the container back after the daemon was killed at "${at}" of ${word}`, async () => {
          await makeOld("--name", "Old_One");
          await vzctl(host(), "start", "500");
          await killAt("take-over", { at, word });
          const cloud = await open();
          await assertTheirs(cloud);
          assert.match(host().configuration("500"), /NAME="Old_One"/);
          assert.equal(await isRunning(), true);
          assert.equal((await takeOver(cloud)).status, "running");
        });
      }
    }
  });
}

describe("instance.takeOver with another driver", () => {
  const newCloud = testClouds();

  it("is refused", async () => {
    const { cloud } = await newCloud();
    await assertMccError(
      cloud.instances.takeOver(localAdmin, parsed({ container: "500" })),
      "forbidden",
      /takes over no containers; the openvz driver does/,
    );
  });
});
