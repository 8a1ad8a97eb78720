import assert from "node:assert/strict";
import sinon from "sinon";
import { MccError } from "../../../protocol/error";
import { localAdmin } from "../../../server/cloud/access/caller";
import { makeHostKey } from "../../../server/cloud/instances/creation/host-key";
import type { Driver } from "../../../server/driver/driver";
import { assertMccError } from "../../support/assert-error";
import { createReady, targetOf, testClouds } from "../../support/daemons/test-cloud";
import { loginLines } from "../../support/login-lines";
import { eventually } from "../../support/time/eventually";

describe("keys", () => {
  const newCloud = testClouds();
  const [one, two] = [makeHostKey().publicKey, makeHostKey().publicKey];
  afterEach(() => sinon.restore());

  it("are stored by name without additional white space", async () => {
    const { cloud, reopen } = await newCloud();
    const key = await cloud.keys.add(localAdmin, { name: "me", publicKey: `  ${one}   me@home\n` });
    assert.equal(key.publicKey, `${one} me@home`);
    assert.deepEqual((await reopen()).keys.list(localAdmin), [key]);
    await assertMccError(
      cloud.keys.add(localAdmin, { name: "me", publicKey: two }),
      "conflict",
      /"me" exists already/,
    );
  });

  it("are created once for a client token, and only with the same name", async () => {
    const { cloud } = await newCloud();
    const add = (name: string) =>
      cloud.keys.add(localAdmin, { name, publicKey: one, clientToken: "token-0001" });
    assert.equal((await add("me")).uid, (await add("me")).uid);
    await assertMccError(add("other"), "conflict", /created the key "me" already; remove that key first/);
  });

  it("are changed and removed in all instances that have them", async () => {
    const { cloud, driver } = await newCloud();
    await cloud.keys.add(localAdmin, { name: "one", publicKey: one });
    await cloud.keys.add(localAdmin, { name: "two", publicKey: two });
    const instance = await createReady(cloud, { keys: ["one", "two"] });
    assert.equal(await authorizedKeys(driver, instance.id), `${one}\n${two}\n`);
    const three = makeHostKey().publicKey;
    const rewrite = cloud.instances.rewriteKeys.bind(cloud.instances);
    await cloud.keys.update(localAdmin, { name: "one", publicKey: three }, rewrite);
    assert.equal(await authorizedKeys(driver, instance.id), `${three}\n${two}\n`);
    await cloud.keys.remove(localAdmin, { name: "one" }, rewrite);
    assert.equal(await authorizedKeys(driver, instance.id), `${two}\n`);
    assert.deepEqual((await cloud.instances.get(localAdmin, targetOf(instance))).keys, ["two"]);
    assert.deepEqual(await cloud.keys.remove(localAdmin, { name: "one" }, rewrite), { removed: false });
  });

  for (const [whose, first] of [
    ["a file with a block", undefined],
    ["a file of an earlier release", "{one}\n"],
  ] as const) {
    it(`leave the lines of users in ${whose} as they are`, async () => {
      const { cloud, driver } = await newCloud();
      const [theirs, three] = [makeHostKey().publicKey, makeHostKey().publicKey];
      await cloud.keys.add(localAdmin, { name: "one", publicKey: one });
      const { id } = await createReady(cloud, { keys: ["one"] });
      const path = "/root/.ssh/authorized_keys";
      const whole = async (): Promise<string> =>
        Buffer.from((await driver.readFile(id, path, 10_000)) ?? []).toString();
      const ours = first?.replace("{one}", one) ?? (await whole());
      const content = Buffer.from(`# mine\n${theirs} them\n${ours}restrict ${one}\n`);
      await driver.writeFiles(id, [{ path, content, mode: 0o600 }]);
      const rewrite = cloud.instances.rewriteKeys.bind(cloud.instances);
      await cloud.keys.update(localAdmin, { name: "one", publicKey: two }, rewrite);
      const users = ["# mine", `${theirs} them`, `restrict ${one}`];
      const lines = async (): Promise<string[]> => (await whole()).trimEnd().split("\n");
      const others = async (text: string): Promise<string[]> =>
        (await lines()).filter((line) => line !== text && !/^# (BEGIN|END) MiniCloud/.test(line));
      assert.deepEqual(await others(two), users);
      assert.ok((await lines()).includes(two));
      await cloud.keys.add(localAdmin, { name: "other", publicKey: three });
      await cloud.instances.update(localAdmin, { instance: id, keys: ["one", "other"] });
      assert.deepEqual(
        (await others(two)).filter((line) => line !== three),
        users,
      );
      await cloud.keys.remove(localAdmin, { name: "one" }, rewrite);
      assert.deepEqual(await others(three), users);
    });
  }

  it("that were changed twice while an instance had a file of an earlier release leave no old text", async () => {
    const { cloud, driver, reopen } = await newCloud();
    await cloud.keys.add(localAdmin, { name: "one", publicKey: one });
    const { id } = await createReady(cloud, { keys: ["one"] });
    const path = "/root/.ssh/authorized_keys";
    await driver.writeFiles(id, [{ path, content: Buffer.from(`${one}\n`), mode: 0o600 }]);
    const fail = () => Promise.reject(new MccError("engine", "wedged."));
    await assertMccError(
      cloud.keys.update(localAdmin, { name: "one", publicKey: two }, fail),
      "engine",
      /wedged/,
    );
    const three = makeHostKey().publicKey;
    await assertMccError(
      cloud.keys.update(localAdmin, { name: "one", publicKey: three }, fail),
      "engine",
      /wedged/,
    );
    await reopen();
    await eventually(
      async () => (await authorizedKeys(driver, id)) === `${three}\n`,
      "the next daemon has finished the change",
    );
  });

  it("report the instance that a change did not reach", async () => {
    const { cloud, driver } = await newCloud();
    await cloud.keys.add(localAdmin, { name: "one", publicKey: one });
    await createReady(cloud, { name: "web", keys: ["one"] });
    const rewrite = cloud.instances.rewriteKeys.bind(cloud.instances);
    sinon.stub(driver, "writeFiles").rejects(new MccError("engine", "wedged."));
    await assertMccError(
      cloud.keys.update(localAdmin, { name: "one", publicKey: two }, rewrite),
      "engine",
      /"one" did not reach instance 500 \(web\): wedged/,
    );
  });

  it("are not changed by requests for another server or another uid", async () => {
    const { cloud } = await newCloud();
    await cloud.keys.add(localAdmin, { name: "one", publicKey: one });
    const elsewhere = { name: "one", serverId: "f".repeat(32) };
    await assertMccError(
      cloud.keys.remove(localAdmin, elsewhere, () => Promise.resolve()),
      "conflict",
      /not the server that created/,
    );
    assert.deepEqual(
      await cloud.keys.remove(localAdmin, { name: "one", uid: "0".repeat(32) }, () => Promise.resolve()),
      {
        removed: false,
      },
    );
  });
});

async function authorizedKeys(driver: Driver, id: number): Promise<string> {
  const { stdout } = await driver.exec(id, {
    command: ["cat", "/root/.ssh/authorized_keys"],
    stdin: Buffer.alloc(0),
    timeoutMs: 1000,
    maxOutputBytes: 10_000,
  });
  return loginLines(Buffer.from(stdout).toString());
}
