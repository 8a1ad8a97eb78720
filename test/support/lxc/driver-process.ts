import type { DriverOptions } from "../../../server/driver/driver";
import { createLxcDriver } from "../../../server/driver/lxc/driver";
import { containerSpec } from "../../server/driver/container-spec";
import { driverOptions } from "../../server/driver/driver-options";

/** The task of the process is its only argument, in JSON. Then it waits until it is killed. */
export interface DriverTask {
  readonly options: Pick<DriverOptions, "folder" | "serverId" | "network">;
  readonly work: keyof typeof works;
  readonly tarball: string;
}

/** The tasks. Each works on container 500. */
const works = {
  create: (driver) => driver.create(containerSpec(500)),
  start: (driver) => driver.start(500),
  stop: (driver) => driver.stop(500, 20_000),
  destroy: (driver) => driver.destroy(500),
  importImage: (driver, tarball) => driver.importImage("other", tarball),
} satisfies Record<string, (driver: ReturnType<typeof createLxcDriver>, tarball: string) => Promise<unknown>>;

async function main({ options, work, tarball }: DriverTask): Promise<void> {
  const driver = createLxcDriver(driverOptions(options.folder, options));
  await driver.open();
  process.stdout.write("opened\n");
  await works[work](driver, tarball);
  process.stdout.write("done\n");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

void main(JSON.parse(process.argv[2] ?? "") as DriverTask);
