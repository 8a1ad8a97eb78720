import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { driverChoices, resolveDriverName } from "../../../server/driver/load";
import { withEnvironment } from "../../support/environment";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("--driver", () => {
  const newFolder = temporaryFolders();
  let bin = "";
  before(async () => {
    bin = await newFolder();
  });
  withEnvironment(() => ({ PATH: bin }));

  it("accepts the name of each driver, and no other name", () => {
    assert.deepEqual(driverChoices, ["auto", "openvz", "lxc", "incus", "simulated"]);
    driverChoices.slice(1).forEach((name) => assert.equal(resolveDriverName(name), name));
    assert.throws(() => resolveDriverName("docker"), {
      code: "invalid",
      message: /auto, openvz, lxc, incus, simulated/,
    });
  });

  it("auto is OpenVZ if vzctl is installed, otherwise LXC", async () => {
    assert.equal(resolveDriverName("auto"), "lxc");
    await writeFile(join(bin, "vzctl"), "#!/bin/sh\n");
    assert.equal(resolveDriverName("auto"), "lxc", "it is no program yet");
    await chmod(join(bin, "vzctl"), 0o755);
    assert.equal(resolveDriverName("auto"), "openvz");
  });
});
