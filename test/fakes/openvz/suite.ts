import { copyFileSync } from "node:fs";
import { join } from "node:path";
import sinon from "sinon";
import type { ContainerSpec, Driver, DriverOptions } from "../../../server/driver/driver";
import { createOpenvzDriver } from "../../../server/driver/openvz/openvz-driver";
import { withEnvironment } from "../../support/environment";
import { temporaryFolders } from "../../support/temporary-folder";
import type { Behaviour } from "./behaviour";
import { FakeOpenvz, imageName, makeImage } from "./install";

export const serverId = "5".repeat(32);

/** A fake host, and a daemon's driver on it. */
export interface FakeSuite {
  /** Of the test that runs now. */
  host: () => FakeOpenvz;
  /** Another daemon's driver on the same host and, unless told otherwise, on the same folder. */
  newDriver: (options?: Partial<DriverOptions>) => Driver;
}

/** Gives each test of the suite that calls this a fake host of its own, and ends what runs on it afterwards. */
export function fakeHosts(behaviour: Partial<Behaviour> = {}): FakeSuite {
  const newFolder = temporaryFolders();
  const state: { image?: string; host?: FakeOpenvz } = {};
  const drivers: Driver[] = [];
  const host = (): FakeOpenvz => {
    if (state.host === undefined) {
      throw new Error("a fake host is there while a test runs");
    }
    return state.host;
  };
  before(async () => {
    state.image = join(await newFolder(), "image.tar.gz");
    makeImage(state.image);
  });
  beforeEach(async () => {
    state.host = new FakeOpenvz(await newFolder(), behaviour);
    copyFileSync(state.image ?? "", state.host.path(`vz/template/cache/${imageName}.tar.gz`));
  });
  withEnvironment(() => host().environment);
  afterEach(async () => {
    await Promise.all(drivers.splice(0).map((driver) => driver.close()));
    host().killAll();
  });
  return {
    host,
    newDriver: (options = {}) => {
      const driver = createOpenvzDriver(
        {
          folder: host().path("state/openvz"),
          serverId,
          network: { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: false },
          commandTimeoutMs: 20_000,
          log: { debug: sinon.stub(), warn: sinon.stub() },
          ...options,
        },
        host().places,
      );
      drivers.push(driver);
      return driver;
    },
  };
}

/** A container as the cloud asks for one. */
export function specOf(id: number, changes: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    ...{ id, uid: String(id).padStart(32, "a"), name: `web-${id}`, image: imageName },
    ...{ hostname: `web-${id}.test`, ipAddress: `198.18.0.${id % 250}`, nameservers: ["198.18.0.1"] },
    type: { name: "light", memoryBytes: 65536 * 4096, cpus: 0.5, processes: 64 },
    files: [
      { path: "/root/.ssh/authorized_keys", content: Buffer.from("key\n"), mode: 0o600, folderMode: 0o700 },
    ],
    ...changes,
  };
}
