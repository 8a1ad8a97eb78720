import assert from "node:assert/strict";
import pino from "pino";
import { z } from "zod";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";
import { imageName } from "../../fakes/openvz/install";
import { fakeHosts } from "../../fakes/openvz/suite";
import { type AdminDispatch, adminDispatch } from "../../support/daemons/admin-dispatch";
import { loginLines } from "../../support/login-lines";
import { eventually } from "../../support/time/eventually";
import { openOpenvzCloud } from "../cloud/openvz-cloud";
import { makeForeign } from "../driver/openvz/fake-driver";

const listedSchema = z.array(z.record(z.string(), z.string()));
const answeredSchema = z.object({ id: z.int() });
const startedSchema = z.strictObject({ id: z.int(), ip: z.string() });

for (const generation of ["v4", "v7"] as const) {
  describe(`the first MiniCloud's methods over OpenVZ, the fake ${generation}`, function () {
    this.timeout(60_000);
    let cloud: Cloud;
    let dispatch: AdminDispatch;
    const host = fakeHosts({ generation }, () => cloud.close());

    beforeEach(async () => {
      cloud = await openOpenvzCloud(host().root);
      dispatch = adminDispatch(cloud, pino({ level: "silent" }));
    });

    const list = async (selection: object = {}): Promise<Record<string, string>[]> =>
      listedSchema.parse(await dispatch("openvz.get_instances", [selection]));

    it("run an instance, show it and destroy it", async () => {
      assert.deepEqual(await dispatch("openvz.get_images", []), [imageName]);
      assert.deepEqual(await dispatch("openvz.get_instance_types", []), ["basic", "light"]);
      const key = "ssh-rsa AAAAB3NzaC1yc2E mykey";
      const { id, ip } = startedSchema.parse(
        await dispatch("openvz.run_instance", [imageName, "basic", `${key}\n`, "my-web-server"]),
      );
      await eventually(async () => (await list()).length === 1, "it is up");
      assert.deepEqual(await list(), [
        { id: String(id), ip, status: "running", ostemplate: imageName, name: "my-web-server" },
      ]);
      const command = ["cat", "/root/.ssh/authorized_keys"];
      const { stdout } = await cloud.instances.exec(localAdmin, {
        instance: id,
        command,
        stdin: "",
        timeoutSeconds: 20,
        maxOutputBytes: 1000,
      });
      assert.equal(loginLines(Buffer.from(stdout, "base64").toString()), `${key}\n`);
      assert.equal(await dispatch("openvz.destroy_instance", [String(id)]), true);
      await eventually(async () => (await list({ all: true })).length === 0, "it is gone");
      assert.deepEqual(host().remains(), []);
    });

    for (const [method, parameters] of [
      ["openvz.run_instance", [imageName]],
      ["instance.create", [{ image: imageName, waitFor: "running" }]],
    ] as const) {
      it(`${method} keeps the id of its answer even if a foreign container gets it in the engine`, async () => {
        host().behave({ faults: [{ at: "create", word: "mcc-500", waits: true, times: 1 }] });
        const answer = dispatch(method, parameters);
        await eventually(() => host().waitsAt("create"), "the engine is about to create it");
        await makeForeign(host(), "500", "--name", "theirs");
        host().release("create");
        assert.equal(answeredSchema.parse(await answer).id, 500);
        await eventually(async () => (await list()).length === 1, "it is up");
        assert.deepEqual(
          (await list()).map(({ id, name }) => [id, name]),
          [["500", "mcc-500"]],
        );
        const { stdout } = await cloud.instances.exec(localAdmin, {
          instance: 500,
          command: ["hostname"],
          stdin: "",
          timeoutSeconds: 20,
          maxOutputBytes: 1000,
        });
        assert.match(Buffer.from(stdout, "base64").toString(), /^mcc-/);
        await cloud.instances.destroy(localAdmin, { instance: 500 });
        assert.deepEqual(host().remains().sort(), [
          ...["etc/vz/conf/500.conf", "etc/vz/names/theirs", "vz/private/500", "vz/root/500"],
        ]);
      });
    }

    it("report vzctl's error, and leave nothing", async () => {
      host().behave({ faults: [{ at: "create", exitCode: 46 }] });
      await assert.rejects(dispatch("openvz.run_instance", [imageName]), {
        fault: 2,
        message: /^Uncaught exception Instance 500 .*"create" failed.* in method openvz\.run_instance$/,
      });
      assert.deepEqual(host().remains(), []);
    });
  });
}
