import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { buildMicroImage } from "../../../../images/micro/build";
import type { Driver } from "../../../../server/driver/driver";
import { createOpenvzDriver } from "../../../../server/driver/openvz/openvz-driver";
import { type FakeOpenvz, imageName } from "../../../fakes/openvz/install";
import { fakeHosts } from "../../../fakes/openvz/suite";
import { perTest } from "../../../support/per-test";
import { temporaryFolders } from "../../../support/temporary-folder";
import { describeDriverContract } from "../contract";
import { driverOptions } from "../driver-options";

for (const generation of ["v4", "v7"] as const) {
  describeDriverContract(`openvz, the fake ${generation}`, () => {
    const newFolder = temporaryFolders();
    const options = driverOptions("");
    const newDriver = (host: FakeOpenvz): Driver =>
      createOpenvzDriver({ ...options, folder: host.path("state/openvz") }, host.places);
    let tarball = "";
    before(async () => {
      tarball = join(await newFolder(), "micro.tar");
      await buildMicroImage(tarball);
    });
    const host = fakeHosts({ generation }, (used) => seeNothingIsLeft(used, newDriver(used)));
    return perTest(async () => {
      rmSync(host().path(`vz/template/cache/${imageName}.tar.gz`));
      const driver = newDriver(host());
      await driver.open();
      return { driver, nextDriver: () => newDriver(host()), tarball };
    });
  });
}

async function seeNothingIsLeft(host: FakeOpenvz, driver: Driver): Promise<void> {
  await Promise.all((await driver.list()).map(({ id }) => driver.destroy(id)));
  await driver.close();
  await driver.purge();
  assert.deepEqual(host.remains(), []);
  assert.deepEqual(await driver.images(), []);
}
