import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import type { Driver } from "../../../../server/driver/driver";
import { createOpenvzDriver } from "../../../../server/driver/openvz/driver";
import { type FakeOpenvz, imageName } from "../../../fakes/openvz/install";
import { fakeHosts } from "../../../fakes/openvz/suite";
import { microTarball } from "../../../support/daemons/micro-image";
import { perTest } from "../../../support/per-test";
import { testImage } from "../container-spec";
import { describeDriverContract, type EngineUnderTest } from "../contract";
import { driverOptions } from "../driver-options";

for (const generation of ["v4", "v7"] as const) {
  const importsImages = generation === "v4";
  const engines = (): (() => EngineUnderTest) => {
    const options = driverOptions("");
    const newDriver = (host: FakeOpenvz): Driver =>
      createOpenvzDriver({ ...options, folder: host.path("state/openvz") }, host.places);
    const host = fakeHosts({ generation }, (used) =>
      seeNothingIsLeft(used, newDriver(used), importsImages ? [] : [testImage]),
    );
    return perTest(async () => {
      rmSync(host().imageFile(imageName));
      if (!importsImages) {
        copyFileSync(microTarball(), host().imageFile(testImage));
      }
      const driver = newDriver(host());
      await driver.open();
      return { driver, nextDriver: () => newDriver(host()), tarball: microTarball() };
    });
  };
  describeDriverContract(`openvz, the fake ${generation}`, engines, { importsImages });
}

/** @param kept the host's own images. */
async function seeNothingIsLeft(host: FakeOpenvz, driver: Driver, kept: readonly string[]): Promise<void> {
  await Promise.all((await driver.list()).map(({ id }) => driver.destroy(id)));
  await driver.close();
  await driver.purge();
  assert.deepEqual(host.remains(), []);
  assert.deepEqual(
    (await driver.images()).map(({ name }) => name),
    kept,
  );
}
