import assert from "node:assert/strict";
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Driver, DriverOptions } from "../../../server/driver/driver";
import { createLxcDriver } from "../../../server/driver/lxc/driver";
import { Place } from "../../../server/driver/lxc/place";
import { defaultTimes, type Times } from "../../../server/driver/lxc/times";
import { driverOptions } from "../../server/driver/driver-options";
import { microTarball } from "../daemons/micro-image";
import { temporaryFolders } from "../files/temporary-folder";
import { perTest } from "../per-test";
import { eventually } from "../time/eventually";
import { tracesOf } from "./traces";

/** A host with LXC and a driver with the test's own folder, network and identity. */
export interface LxcHost {
  /** Opened. */
  readonly driver: Driver;
  readonly nextDriver: () => Driver;
  readonly options: DriverOptions;
  readonly place: Place;
  /** The name of the stock image. */
  readonly tarball: string;
}

/** Creates a host before each test of the suite. After it, destroys the containers and checks that nothing is left. */
export function lxcHosts(overrides: Partial<DriverOptions> = {}, times: Partial<Times> = {}): () => LxcHost {
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
      const nextDriver = (): Driver => createLxcDriver(options, { ...defaultTimes, ...times });
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
      // The kernel removes interfaces some time after their network namespace.
      await eventually(async () => (await tracesOf(place)).length === 0, "nothing is left").catch(async () =>
        assert.deepEqual(await tracesOf(place), []),
      );
    },
  );
}

/** Tests must not create bridges and firewall rules in the host's network, which has more than a loopback interface. */
async function requireOwnNetwork(): Promise<void> {
  const others = (await readdir("/sys/class/net")).filter((name) => !/^(lo|mc.*)$/.test(name));
  if (others.length > 0) {
    throw new Error(
      `These tests create bridges, and must not run on a host with ${others.join(", ")}: run them with npm test, or npm run isolated.`,
    );
  }
}
