import { join } from "node:path";
import pino from "pino";
import { instanceCreateSchema } from "../../../protocol/methods/instance";
import type { MethodParameters } from "../../../protocol/methods/method-table";
import { localAdmin } from "../../../server/cloud/access/caller";
import { type Cloud } from "../../../server/cloud/cloud";
import type { InstanceTarget } from "../../../server/cloud/instances/catalog";
import { type CloudOptions, openCloud } from "../../../server/cloud/open-cloud";
import type { Driver } from "../../../server/driver/driver";
import { createSimulatedDriver } from "../../../server/driver/simulated/driver";
import { temporaryFolders } from "../files/temporary-folder";

/** A cloud over a simulated engine that outlives it, like a real engine outlives the daemon. */
export interface TestCloud {
  readonly cloud: Cloud;
  readonly driver: Driver;
  readonly stateFolder: string;
  /** Opens another cloud on the same folder and engine without closing this one, as after a kill of the daemon. */
  readonly reopen: () => Promise<Cloud>;
}

/** Creates clouds for the tests of a suite and closes them after it. */
export function testClouds(): (options?: Partial<CloudOptions>) => Promise<TestCloud> {
  const open = new Set<Cloud>();
  // This hook runs before the hook that removes the folders, because mocha keeps their order.
  after(() => Promise.all([...open].map((cloud) => cloud.close())));
  const newFolder = temporaryFolders();
  return async (overrides = {}) => {
    const stateFolder = join(await newFolder(), "state");
    const engines: Driver[] = [];
    const load = overrides.loadDriver ?? ((_name, driverOptions) => createSimulatedDriver(driverOptions));
    const options: CloudOptions = {
      stateFolder,
      range: { first: "198.18.0.2", last: "198.18.0.9" },
      nat: false,
      driver: "simulated",
      commandTimeoutMs: 1000,
      version: "0.0.0",
      log: pino({ level: "silent" }),
      ...overrides,
      loadDriver: async (name, driverOptions) => {
        const engine = engines[0] ?? (await load(name, driverOptions));
        engines[0] = engine;
        return engine;
      },
    };
    const openOne = async (): Promise<Cloud> => {
      const cloud = await openCloud(options);
      open.add(cloud);
      return cloud;
    };
    const cloud = await openOne();
    const [driver] = engines;
    if (driver === undefined) {
      throw new Error("opening a cloud loads a driver");
    }
    let current = cloud;
    const reopen = async (): Promise<Cloud> => {
      // A killed daemon does nothing more, and its lock is released.
      const { context, lock } = current["parts"];
      context.lifetimes.reaper.close();
      context.lifetimes.leases.close();
      context.state.lateWrites.close();
      await context.state.records.stop();
      await context.lifetimes.clock.settled();
      await lock.release();
      open.delete(current);
      current = await openOne();
      return current;
    };
    return { cloud, driver, stateFolder, reopen };
  };
}

/** Returns the parameters of a create with their defaults. */
export function creation(
  parameters: MethodParameters<"instance.create"> = {},
): ReturnType<typeof instanceCreateSchema.parse> {
  return instanceCreateSchema.parse(parameters);
}

/** Returns the parameters that identify an instance of a create. */
export function targetOf(instance: { id: number; uid: string }): InstanceTarget {
  return { instance: instance.id, uid: instance.uid };
}

/** Waits until each instance has its record in a file of its own, as after some quiet seconds. */
export async function settled(cloud: Cloud): Promise<void> {
  await cloud["parts"].context.state.records.settle();
}

/** Creates an instance and waits until it is ready. */
export async function createReady(
  cloud: Cloud,
  parameters: MethodParameters<"instance.create"> = {},
): Promise<Awaited<ReturnType<Cloud["instances"]["create"]>>> {
  const instance = await cloud.instances.create(localAdmin, creation(parameters));
  const { instance: ready } = await cloud.instances.wait(localAdmin, {
    ...targetOf(instance),
    timeoutSeconds: 10,
  });
  return ready;
}
