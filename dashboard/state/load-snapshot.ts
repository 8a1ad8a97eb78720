import type { FleetSummary } from "../../protocol/types/fleet";
import type { Instance } from "../../protocol/types/instance";
import type { InstanceType } from "../../protocol/types/instance-type";
import type { ServerInfo } from "../../protocol/types/server";
import type { Call, Calls } from "../connection/calls";
import { DaemonError } from "../connection/requests";
import type { Snapshot } from "./snapshot";

interface Loaded {
  readonly changes: Partial<Snapshot>;
  /** Whether nothing has to be loaded again. */
  readonly isComplete: boolean;
}

/** Loads everything. @throws DaemonError */
export async function loadAll(calls: Calls, earlier: Snapshot): Promise<Loaded> {
  const results = await calls.all([
    { method: "server.info", parameters: {} },
    { method: "type.list", parameters: {} },
    { method: "instance.list", parameters: {} },
    { method: "fleet.list", parameters: {} },
  ]);
  const failed = results.find((result) => result instanceof DaemonError);
  if (failed !== undefined) {
    throw failed;
  }
  const [info, types, instances, fleets] = results as [
    ServerInfo,
    InstanceType[],
    Instance[],
    FleetSummary[],
  ];
  const changes = {
    info,
    types: new Map(types.map((type) => [type.name, type])),
    instances: new Map(instances.map((one) => [one.id, sameOr(earlier.instances.get(one.id), one)])),
    fleets: fleetsOf(fleets, earlier),
    clockDifferenceMs: Date.parse(info.now) - Date.now(),
    problem: undefined,
  };
  return { changes, isComplete: true };
}

/** Loads the instances with these ids, and all fleets. @throws DaemonError if the daemon cannot be reached. */
export async function loadSome(calls: Calls, earlier: Snapshot, ids: readonly number[]): Promise<Loaded> {
  const gets = ids.map((id): Call => ({ method: "instance.get", parameters: { instance: id } }));
  const [fleets, ...results] = await calls.all([{ method: "fleet.list", parameters: {} }, ...gets]);
  const instances = new Map(earlier.instances);
  let isComplete = true;
  results.forEach((result, index) => {
    const id = ids[index] ?? 0;
    if (!(result instanceof DaemonError)) {
      instances.set(id, sameOr(instances.get(id), result as Instance));
    } else if (result.code === "not-found") {
      instances.delete(id);
    } else {
      isComplete = false;
    }
  });
  const changes =
    fleets instanceof DaemonError
      ? { instances }
      : { instances, fleets: fleetsOf(fleets as FleetSummary[], earlier) };
  return { changes, isComplete };
}

function fleetsOf(fleets: readonly FleetSummary[], earlier: Snapshot): Snapshot["fleets"] {
  return new Map(fleets.map((one) => [one.name, sameOr(earlier.fleets.get(one.name), one)]));
}

function sameOr<T>(earlier: T | undefined, now: T): T {
  return earlier !== undefined && JSON.stringify(earlier) === JSON.stringify(now) ? earlier : now;
}
