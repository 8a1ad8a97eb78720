import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { assertMccError } from "../../../support/assert-error";
import { fakeDrivers, lightSpec, makeForeign, vzctl } from "./fake-driver";

const running = (id: number) => [{ id, state: "running" }];

for (const generation of ["v4", "v7"] as const) {
  describe(`OpenVZ with foreign containers, ${generation}`, () => {
    const { host, newDriver } = fakeDrivers({ generation });

    it("recognises its containers after a restart, and no others", async () => {
      await newDriver().create(lightSpec(501));
      await makeForeign(host(), "700", "--name", "theirs", "--ipadd", "198.18.0.70");
      const another = newDriver({
        serverId: randomBytes(16).toString("hex"),
        folder: host().path("state/other"),
      });
      await another.create(lightSpec(502));
      const driver = newDriver();
      assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
      const others = await driver.foreign();
      assert.deepEqual(others.map(({ name, ipAddresses, status }) => [name, ipAddresses, status]).sort(), [
        ["theirs", ["198.18.0.70"], "stopped"],
        ["web-502", ["198.18.0.102"], "stopped"],
      ]);
      await driver.start(501);
      assert.deepEqual(await driver.list(), running(501));
    });

    it("never touches foreign containers", async () => {
      const driver = newDriver();
      await makeForeign(host(), "700", "--name", "theirs");
      await vzctl(host(), "start", "700");
      await driver.destroy(700);
      await assertMccError(driver.stop(700, 0), "not-found", /no container 700 of this server/);
      assert.equal((await vzctl(host(), "status", "700")).includes("exist mounted running"), true);
    });

    it("destroys a container that the list no longer shows", async () => {
      const driver = newDriver();
      const ctid =
        generation === "v4" ? "501" : lightSpec(501).uid.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
      await driver.create(lightSpec(501));
      rmSync(host().path(`vz/private/${ctid}`), { recursive: true });
      assert.deepEqual(await driver.list(), []);
      await driver.destroy(501);
      assert.deepEqual(host().remains(), []);
    });

    it("does not conclude from an empty list that a container is gone", async () => {
      await newDriver().create(lightSpec(501));
      const driver = newDriver();
      host().behave({ listOutput: "[\n]" });
      await driver.destroy(501);
      assert.deepEqual(host().remains(), []);
    });

    it("recognises its own by the description if the link of the name is lost", async () => {
      await newDriver().create(lightSpec(501));
      rmSync(host().path("etc/vz/names/web-501"));
      const driver = newDriver();
      assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
      await driver.destroy(501);
      assert.deepEqual(host().remains(), []);
    });

    it("reads a list without escapes", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await makeForeign(host(), "700");
      await vzctl(host(), "set", "700", "--description", '{"owner":"ci"}', "--save");
      assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
    });

    it("concludes nothing from a partial or missing list", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      host().behave({ listOutput: '[\n  {\n    "ctid": 501,\n    "status": "run' });
      await assertMccError(driver.list(), "engine", /no whole list/);
      await assertMccError(driver.destroy(501), "engine", /no whole list/);
      host().behave({ listOutput: "" });
      await assertMccError(driver.list(), "engine", /printed nothing/);
    });
  });
}

describe("the OpenVZ driver, v4: an id of a foreign container", () => {
  const { host, newDriver } = fakeDrivers();

  it("is not used, but the next one", async () => {
    const driver = newDriver();
    await makeForeign(host(), "501");
    await driver.create(lightSpec(501));
    assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
    assert.match(host().configuration("1000501"), /minicloud server=.* id=501 /);
    await driver.destroy(501);
    assert.equal((await vzctl(host(), "status", "501")).includes("exist"), true);
    assert.deepEqual(host().remains(), ["etc/vz/conf/501.conf", "vz/private/501", "vz/root/501"]);
  });

  it("is not used if only a private area has it", async () => {
    mkdirSync(host().path("vz/private/501/etc"), { recursive: true });
    const driver = newDriver();
    await driver.create(lightSpec(501));
    await driver.destroy(501);
    assert.deepEqual(host().remains(), ["vz/private/501"]);
  });

  for (const [exitCode, stderr] of [
    [82, "Error: container config file /etc/vz/conf/501.conf already exists, can not use --config option"],
    [44, "Private area already exists in /vz/private/501"],
  ] as const) {
    it(`is not used if only vzctl detects it (${exitCode})`, async () => {
      host().behave({ faults: [{ at: "create:locked", word: "501", exitCode, stderr }] });
      const driver = newDriver();
      await driver.create(lightSpec(501));
      assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
      await driver.destroy(501);
      assert.deepEqual(host().remains(), []);
    });
  }

  it("that was just created does not count as a partial container of the daemon", async () => {
    const dead = newDriver();
    host().behave({ faults: [{ at: "create", word: "web-501", dies: true }] });
    await assert.rejects(dead.create(lightSpec(501)));
    await makeForeign(host(), "501", "--name", "theirs");
    const next = newDriver();
    assert.deepEqual(
      (await next.foreign()).map(({ name }) => name),
      ["theirs"],
    );
    await next.destroy(501);
    assert.equal((await vzctl(host(), "status", "501")).includes("exist"), true);
  });
});
