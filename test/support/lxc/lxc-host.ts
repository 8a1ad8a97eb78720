import assert from "node:assert/strict";
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Driver, DriverOptions } from "../../../server/driver/driver";
import { createLxcDriver } from "../../../server/driver/lxc/driver";
import { Place } from "../../../server/driver/lxc/place";
import { driverOptions } from "../../server/driver/driver-options";
import { microTarball } from "../daemons/micro-image";
import { temporaryFolders } from "../files/temporary-folder";
import { perTest } from "../per-test";
import { eventually } from "../time/eventually";
import { tracesOf } from "./traces";

/** LXC with a driver whose folder, network and identity are the test's own. */
export interface LxcHost {
  /** Opened. */
  readonly driver: Driver;
  readonly nextDriver: () => Driver;
  readonly options: DriverOptions;
  readonly place: Place;
  /** Of the stock image. */
  readonly tarball: string;
}

/** Makes a host before each test of the calling suite; after it destroys what is there and sees that nothing is left. */
export function lxcHosts(overrides: Partial<DriverOptions> = {}): () => LxcHost {
  const newFolder = temporaryFolders();
  let parent = "";
  let tarball = "";
  before(async () => {
    await requireOwnNetwork();
    parent = await newFolder();
    await chmod(parent, 0o755);
    tarball = microTarball();
  });
  return perTest(
    async () => {
      const options = driverOptions(join(parent, "lxc"), overrides);
      const nextDriver = (): Driver => createLxcDriver(options);
      const driver = nextDriver();
      await driver.open();
      return { driver, nextDriver, options, place: new Place(options.folder, options.serverId), tarball };
    },
    async ({ driver, nextDriver, place }) => {
      await driver.close();
      const last = nextDriver();
      await Promise.all((await last.list()).map(({ id }) => last.destroy(id)));
      await last.close();
      await last.purge();
      // The kernel takes interfaces away a moment after their network namespace.
      await eventually(async () => (await tracesOf(place)).length === 0, "nothing is left").catch(async () =>
        assert.deepEqual(await tracesOf(place), []),
      );
    },
  );
}

/** Bridges and firewall rules of tests have no place in the network of the host, where there is more than loopback. */
async function requireOwnNetwork(): Promise<void> {
  const others = (await readdir("/sys/class/net")).filter((name) => !/^(lo|mc.*)$/.test(name));
  if (others.length > 0) {
    throw new Error(
      `These tests make bridges, and must not beside ${others.join(", ")}: run them by npm test, or npm run isolated.`,
    );
  }
}
