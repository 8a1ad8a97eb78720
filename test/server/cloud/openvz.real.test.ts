import assert from "node:assert/strict";
import { execa } from "execa";
import { localAdmin } from "../../../server/cloud/access/caller";
import { imageName } from "../../fakes/openvz/install";
import { assertMccError } from "../../support/assert-error";
import { recordedIds } from "../../support/daemons/recorded-ids";
import { createReady, targetOf } from "../../support/daemons/test-cloud";
import { fakeClouds, wanted } from "./openvz-cloud";

for (const generation of ["v4", "v7"] as const) {
  describe(`the cloud over OpenVZ, the fake ${generation}`, () => {
    const { host, open, closeAll, killAt } = fakeClouds({ generation });

    it("creates several instances at once, avoids the ids and addresses of others, and destroys all", async () => {
      const cloud = await open();
      await execa("vzctl", [
        ...["create", "501", "--ostemplate", imageName, "--config", "basic"],
        ...["--ipadd", "198.18.0.3", "--name", "theirs"],
      ]);
      const made = await Promise.all(Array.from({ length: 4 }, () => createReady(cloud, wanted)));
      assert.deepEqual(
        made.map(({ status }) => status),
        ["running", "running", "running", "running"],
      );
      assert.equal(
        made.some(({ id, ipAddress }) => id === 501 || ipAddress === "198.18.0.3"),
        false,
      );
      await Promise.all(made.map((instance) => cloud.instances.destroy(localAdmin, targetOf(instance))));
      assert.deepEqual(await recordedIds(host().stateFolder), []);
      assert.deepEqual(
        (await cloud.foreignContainers()).map(({ name }) => name),
        ["theirs"],
      );
      assert.deepEqual(host().remains(), [
        ...["etc/vz/conf/501.conf", "etc/vz/names/theirs", "vz/private/501", "vz/root/501"],
      ]);
    });

    it("runs userData once, and reports its result", async () => {
      const cloud = await open();
      const userData = "pwd; echo $HOME; id -u; echo to stderr >&2; sleep 4321 &";
      const instance = await createReady(cloud, { ...wanted, userData });
      const log = await cloud.instances.log(localAdmin, targetOf(instance));
      assert.deepEqual([log.running, log.exitCode], [false, 0]);
      assert.equal(Buffer.from(log.output, "base64").toString(), "/root\n/root\n0\nto stderr\n");
      await cloud.instances.destroy(localAdmin, targetOf(instance));
      await assertMccError(
        createReady(cloud, { ...wanted, userData: "#!/bin/sh\necho no luck; exit 3" }),
        "invalid",
        /userData ended with exit code 3; the last it said: "no luck"/,
      );
      await assertMccError(
        createReady(cloud, { ...wanted, userData: "echo so far; sleep 4321", readyTimeoutSeconds: 2 }),
        "timeout",
        /userData did not end within 2 s and was killed; the last it said: "so far"/,
      );
      assert.deepEqual(host().remains(), []);
    });

    it("lists all instances with one vzlist", async () => {
      const cloud = await open();
      await Promise.all(Array.from({ length: 3 }, () => createReady(cloud, wanted)));
      host().takeCommands();
      assert.equal((await cloud.instances.list(localAdmin, {})).length, 3);
      const [first, ...others] = host()
        .takeCommands()
        .map(([program]) => program);
      // The check for stopped containers runs every two seconds, and can run at the same time.
      assert.ok(first === "vzlist" && others.length <= 1, `and ${others.join(", ")}`);
    });

    it("renames the container with its instance, so that another instance can use the name", async () => {
      const cloud = await open();
      const instance = await createReady(cloud, { ...wanted, name: "web" });
      await cloud.instances.update(localAdmin, { ...targetOf(instance), name: "web-old" });
      assert.equal((await createReady(cloud, { ...wanted, name: "web" })).name, "web");
    });

    it("undoes a create with a failed step, and names the step", async () => {
      const cloud = await open();
      host().behave({
        faults: [{ at: "create:unpacking", exitCode: 46, stderr: "tar: No space left on device", times: 1 }],
      });
      await assertMccError(
        createReady(cloud, { ...wanted, name: "web" }),
        "exhausted",
        /\(web\).*step "create" failed: vzctl create .*No space left.*undone/,
      );
      assert.deepEqual(host().remains(), []);
      assert.equal((await createReady(cloud, { ...wanted, name: "web" })).status, "running");
    });

    for (const at of [
      ...["create", "create:unpacking", "create:done", "set:locked", "set:done"],
      // A private area that is an ordinary folder needs no mount before files are written to it.
      ...(generation === "v7" ? ["mount:locked", "mount:done", "umount:locked", "umount:done"] : []),
      ...["start:locked", "start:mounted", "start:running"],
    ]) {
      it(`undoes after a restart a create that was killed at "${at}" while its engine command runs on`, async () => {
        const before = await open();
        const survivor = await createReady(before, { ...wanted, name: "survivor" });
        await closeAll();
        await killAt("create", { at });
        const next = await open();
        assert.deepEqual(
          (await next.instances.list(localAdmin, {})).map(({ uid, status }) => [uid, status]),
          [[survivor.uid, "running"]],
        );
        assert.deepEqual(await next.foreignContainers(), []);
        await next.instances.destroy(localAdmin, targetOf(survivor));
        assert.deepEqual(host().remains(), []);
      });
    }

    for (const at of [
      ...["stop:locked", "stop:stopped", "destroy", "destroy:locked", "destroy:moved"],
      ...["destroy:configuration", "destroy:done"],
    ]) {
      it(`finishes after a restart a destroy that was killed at "${at}"`, async () => {
        await killAt("destroy", { at });
        const next = await open();
        assert.deepEqual(await next.instances.list(localAdmin, {}), []);
        assert.deepEqual(await next.foreignContainers(), []);
        assert.deepEqual(host().remains(), []);
      });
    }
  });
}
