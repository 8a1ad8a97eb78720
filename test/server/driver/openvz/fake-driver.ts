import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { execa } from "execa";
import type { ContainerSpec, Driver, DriverOptions } from "../../../../server/driver/driver";
import { createOpenvzDriver } from "../../../../server/driver/openvz/driver";
import type { Behaviour } from "../../../fakes/openvz/behaviour";
import { type FakeOpenvz, imageName } from "../../../fakes/openvz/install";
import { fakeHosts } from "../../../fakes/openvz/suite";
import { containerSpec, textFile } from "../container-spec";
import { driverOptions } from "../driver-options";

/** Unique, because another run on the same machine would end engine commands of the same server. */
export const serverId = randomBytes(16).toString("hex");

/** A fake host for each test, and drivers of daemons on it. */
export interface FakeDrivers {
  readonly host: () => FakeOpenvz;
  /** Returns the driver of another daemon, by default with the same identity and folder. */
  readonly newDriver: (options?: Partial<DriverOptions>) => Driver;
}

/** Runs the fake vzctl like an operator. @returns its standard output. */
export async function vzctl(host: FakeOpenvz, ...words: readonly string[]): Promise<string> {
  return (await execa("vzctl", words, { env: host.environment })).stdout;
}

/** Creates a foreign container. */
export async function makeForeign(host: FakeOpenvz, ctid: string, ...more: readonly string[]): Promise<void> {
  await vzctl(host, "create", ctid, "--ostemplate", imageName, "--config", "basic", ...more);
}

export function fakeDrivers(behaviour: Partial<Behaviour> = {}): FakeDrivers {
  const drivers: Driver[] = [];
  const host = fakeHosts(behaviour, async () => {
    await Promise.all(drivers.splice(0).map((driver) => driver.close()));
  });
  return {
    host,
    newDriver: (options = {}) => {
      const given = driverOptions(host().path("state/openvz"), { serverId, ...options });
      // Like `open`, which not every test calls.
      mkdirSync(given.folder, { recursive: true });
      const driver = createOpenvzDriver(given, host().places);
      drivers.push(driver);
      return driver;
    },
  };
}

/** A container of the fake host's type `light`. */
export function lightSpec(id: number, changes: Partial<ContainerSpec> = {}): ContainerSpec {
  return containerSpec(id, {
    image: imageName,
    name: `web-${id}`,
    type: { name: "light", memoryBytes: 65536 * 4096, cpus: 0.5, processes: 64 },
    files: [textFile("/root/.ssh/authorized_keys", "key\n")],
    ...changes,
  });
}
