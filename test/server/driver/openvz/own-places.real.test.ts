import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { assertMccError } from "../../../support/assert-error";
import { fakeDrivers, lightSpec, makeForeign, vzctl } from "./fake-driver";

describe("a container of vzctl 4 in an unusual place", () => {
  const { host, newDriver } = fakeDrivers();
  const own = { id: 501, uid: "5".repeat(32) };

  for (const dies of [undefined, "destroy:moved", "destroy:configuration"]) {
    it(`is destroyed there, and nothing in the usual place${dies === undefined ? "" : `, also by a second attempt after one that died at "${dies}"`}`, async () => {
      await makeForeign(host(), "500");
      const elsewhere = host().path("vz/other/500");
      mkdirSync(host().path("vz/other"));
      renameSync(host().path("vz/private/500"), elsewhere);
      const path = host().path("etc/vz/conf/500.conf");
      const text = host()
        .configuration("500")
        .replace(/^VE_PRIVATE=.*$/m, `VE_PRIVATE="${elsewhere}"`);
      writeFileSync(path, text);
      mkdirSync(host().path("vz/private/500/precious"), { recursive: true });
      const driver = newDriver();
      await driver.takesOver?.take("500", own);
      if (dies !== undefined) {
        host().behave({ faults: [{ at: dies, dies: true, times: 1 }] });
        await assertMccError(driver.destroy(501), "engine", /SIGKILL|137/);
      }
      await newDriver().destroy(501);
      assert.equal(existsSync(elsewhere), false);
      assert.equal(existsSync(host().path("vz/private/500/precious")), true);
      assert.deepEqual(host().remains(), ["vz/private/500"]);
    });
  }
});

describe("a sample of vzctl 4 with variables that identify containers", () => {
  const { host, newDriver } = fakeDrivers();
  beforeEach(() => {
    const lines = ["NAME", "HOSTNAME", "OSTEMPLATE"].map((name) => `${name}="of-the-sample"`);
    appendFileSync(host().path("etc/vz/conf/ve-light.conf-sample"), `${lines.join("\n")}\n`);
  });

  for (const at of ["create:configured", "create:unpacked"]) {
    it(`does not hide a partial container from a destroy, after a death at "${at}"`, async () => {
      host().behave({ faults: [{ at, dies: true, times: 1 }] });
      await assert.rejects(newDriver().create(lightSpec(501)));
      const next = newDriver();
      assert.deepEqual(await next.list(), [{ id: 501, state: "stopped" }]);
      assert.deepEqual(await next.foreign(), []);
      await next.destroy(501);
      assert.deepEqual(host().remains(), []);
    });
  }

  it("does not turn a foreign container into one of the daemon", async () => {
    host().behave({ faults: [{ at: "create", word: "web-501", dies: true }] });
    await assert.rejects(newDriver().create(lightSpec(501)));
    await vzctl(host(), "create", "501", "--ostemplate", lightSpec(501).image, "--config", "light");
    const next = newDriver();
    assert.equal((await next.foreign()).length, 1);
    await next.destroy(501);
    assert.equal((await vzctl(host(), "status", "501")).includes("exist"), true);
  });
});
