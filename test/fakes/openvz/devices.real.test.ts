import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { execa } from "execa";
import { execRequest } from "../../server/driver/container-spec";
import { fakeDrivers, lightSpec } from "../../server/driver/openvz/fake-driver";

describe("the devices in a fake container", () => {
  const { host, newDriver } = fakeDrivers();

  it("can be written to where the host's /dev/null belongs to another user", async () => {
    const folder = host().path("devices");
    mkdirSync(folder);
    await execa("mknod", ["-m", "666", `${folder}/null`, "c", "1", "3"]);
    await execa("chown", ["65534:65534", `${folder}/null`]);
    await execa("mount", ["--bind", `${folder}/null`, "/dev/null"]);
    try {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      const { exitCode } = await driver.exec(501, execRequest(["sh", "-c", "echo x > /dev/null"]));
      assert.equal(exitCode, 0);
      await driver.stop(501, 0);
    } finally {
      await execa("umount", ["--lazy", "/dev/null"]);
    }
  });
});
