import assert from "node:assert/strict";
import { join } from "node:path";
import type { Driver, DriverOptions, EngineOptions } from "../../../server/driver/driver";
import { createIncusDriver } from "../../../server/driver/incus/driver";
import { driverOptions } from "../../server/driver/driver-options";
import { microTarball } from "../daemons/micro-image";
import { temporaryFolders } from "../files/temporary-folder";
import { perTest } from "../per-test";

/** A driver with a project and an identity of its own, on an engine that tests share. */
export interface LxdEngine {
  /** The open driver. */
  readonly driver: Driver;
  readonly nextDriver: () => Driver;
  readonly options: DriverOptions;
  readonly tarball: string;
}

/** Opens a driver before each test of the suite. After it, destroys the containers and the project. */
export function lxdEngines(
  engineOf: () => EngineOptions | Promise<EngineOptions>,
  overrides: Partial<DriverOptions> = {},
): () => LxdEngine {
  const newFolder = temporaryFolders();
  return perTest(
    async () => {
      const options = driverOptions(join(await newFolder(), "incus"), {
        engine: await engineOf(),
        ...overrides,
      });
      const nextDriver = (): Driver => createIncusDriver(options);
      const driver = nextDriver();
      await driver.open();
      return { driver, nextDriver, options, tarball: microTarball() };
    },
    async ({ driver, nextDriver }) => {
      await driver.close();
      const last = nextDriver();
      await Promise.all((await last.list()).map(({ id }) => last.destroy(id)));
      assert.deepEqual(await last.list(), []);
      await last.close();
      await last.purge();
    },
  );
}
