import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import type { Driver } from "../../../../server/driver/driver";
import { createOpenvzDriver } from "../../../../server/driver/openvz/driver";
import { permits, type SudoProgram, sudoRules } from "../../../../server/driver/openvz/sudo/rules";
import { unaidedHost } from "../../../fakes/openvz/behaviour";
import { type FakeOpenvz, imageName } from "../../../fakes/openvz/install";
import { fakeHosts } from "../../../fakes/openvz/suite";
import { microTarball } from "../../../support/daemons/micro-image";
import { perTest } from "../../../support/per-test";
import { testImage } from "../container-spec";
import { describeDriverContract, type EngineUnderTest } from "../contract";
import { driverOptions } from "../driver-options";

const hosts = [
  { title: "the fake v4", behaviour: { generation: "v4" }, asShipped: false },
  { title: "the fake v4 without aids", behaviour: { generation: "v4", ...unaidedHost }, asShipped: true },
  { title: "the fake v7", behaviour: { generation: "v7" }, asShipped: false },
] as const;

for (const { title, behaviour, asShipped } of hosts) {
  const importsImages = behaviour.generation === "v4";
  const engines = (): (() => EngineUnderTest) => {
    const options = driverOptions("");
    const newDriver = (host: FakeOpenvz): Driver =>
      createOpenvzDriver({ ...options, folder: host.path("state/openvz") }, host.places);
    const host = fakeHosts(behaviour, (used) =>
      seeNothingIsLeft(used, newDriver(used), importsImages ? [] : [testImage], behaviour.generation),
    );
    return perTest(async () => {
      rmSync(host().imageFile(imageName));
      if (asShipped) {
        host().asShipped();
      }
      if (!importsImages) {
        copyFileSync(microTarball(), host().imageFile(testImage));
      }
      const driver = newDriver(host());
      await driver.open();
      return { driver, nextDriver: () => newDriver(host()), tarball: microTarball() };
    });
  };
  // The fakes have no controllers: see usage.real.test.ts.
  describeDriverContract(`openvz, ${title}`, engines, { importsImages, measures: false });
}

/** @param kept the host's own images. */
async function seeNothingIsLeft(
  host: FakeOpenvz,
  driver: Driver,
  kept: readonly string[],
  generation: "v4" | "v7",
): Promise<void> {
  await Promise.all((await driver.list()).map(({ id }) => driver.destroy(id)));
  await driver.close();
  await driver.purge();
  assert.deepEqual(host.remains(), []);
  assert.deepEqual(host.traces(), []);
  seeSudoPermitsAll(host, generation);
  assert.deepEqual(
    (await driver.images()).map(({ name }) => name),
    kept,
  );
}

/** An ordinary user's daemon runs the same commands. */
function seeSudoPermitsAll(host: FakeOpenvz, generation: "v4" | "v7"): void {
  const rules = sudoRules(generation);
  for (const [program = "", ...words] of [...host.takeCommands(), ...host.takeCommands("network.log")]) {
    // The fakes are called in no other way.
    assert.ok(permits(rules, program as SudoProgram, words), [program, ...words].join(" "));
  }
}
