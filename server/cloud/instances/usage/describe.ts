import type { InstanceUsage } from "../../../../protocol/methods/usage";
import type { Usage } from "../../../driver/driver";
import type { Caller } from "../../access/caller";
import { statusFor } from "../../access/understanding";
import type { InstanceTypes } from "../../instance-types";
import type { Instance } from "../instance";

/** Returns what an instance uses as clients see it, with the limits of its type. A type that is gone tells no limits. */
export function describeUsage(
  caller: Caller,
  instance: Instance,
  types: InstanceTypes,
  measured: Usage | undefined,
): InstanceUsage {
  const { id, uid, name, type } = instance.record;
  const { memoryBytes, cpus, processes, diskBytes } = types.find(type) ?? {};
  return {
    id,
    uid,
    name,
    status: statusFor(caller, instance),
    ...(measured && {
      used: {
        time: new Date(measured.atMs).toISOString(),
        memoryBytes: measured.memoryBytes,
        cpuSeconds: measured.cpuSeconds,
        processes: measured.processes,
        diskBytes: measured.diskBytes,
      },
    }),
    limits: { memoryBytes, cpus, processes, diskBytes },
  };
}
