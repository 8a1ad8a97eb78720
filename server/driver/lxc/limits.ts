import { closeSync, openSync, write, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { hasErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import type { InstanceType } from "../../../protocol/methods/instance-type";
import type { Hierarchies } from "./cgroups/hierarchies";

/** How a limit is written in both versions of cgroups. */
interface Limit {
  readonly controller: string;
  readonly of: (type: InstanceType) => number | undefined;
  readonly old: { readonly file: string; readonly value: (limit: number) => string; readonly none: string };
  readonly unified: {
    readonly file: string;
    readonly value: (limit: number) => string;
    readonly none: string;
  };
}

/** Made once: `promisify` takes some 20 microseconds. */
const writeText = promisify(write);

/** Both versions take the processor time as a part of each period. This is the kernel's default period. */
const periodMicroseconds = 100_000;
const quota = (cpus: number): string => String(Math.round(cpus * periodMicroseconds));

/** The limits of instance types. Swap is not limited: if the host has swap, memory may be moved there. */
const limits: readonly Limit[] = [
  {
    controller: "memory",
    of: (type) => type.memoryBytes,
    old: { file: "memory.limit_in_bytes", value: String, none: "-1" },
    unified: { file: "memory.max", value: String, none: "max" },
  },
  {
    controller: "cpu",
    of: (type) => type.cpus,
    old: { file: "cpu.cfs_quota_us", value: quota, none: "-1" },
    unified: {
      file: "cpu.max",
      value: (cpus) => `${quota(cpus)} ${periodMicroseconds}`,
      none: `max ${periodMicroseconds}`,
    },
  },
  {
    controller: "pids",
    of: (type) => type.processes,
    old: { file: "pids.max", value: String, none: "max" },
    unified: { file: "pids.max", value: String, none: "max" },
  },
];

/** The controllers without which an instance type cannot be enforced. */
export const controllers = limits.map(({ controller }) => controller);

/** Returns the lines of a container's configuration that limit it; none for an unlimited resource. */
export function limitLines(type: InstanceType, hierarchies: Hierarchies): string[] {
  return limits.flatMap((limit) => {
    const amount = limit.of(type);
    if (amount === undefined) {
      return [];
    }
    return oldFolder(limit, hierarchies) === undefined
      ? [`lxc.cgroup2.${limit.unified.file} = ${limit.unified.value(amount)}`]
      : [`lxc.cgroup.${limit.old.file} = ${limit.old.value(amount)}`];
  });
}

/**
 * Changes the limits of a running container immediately.
 *
 * @param cgroup the name of its cgroup, the same in all hierarchies.
 * @throws MccError `conflict` if it uses more memory than the new limit. Then no limit has changed.
 */
export async function applyLimits(
  type: InstanceType,
  hierarchies: Hierarchies,
  cgroup: string,
): Promise<void> {
  for (const limit of limits) {
    const folder = oldFolder(limit, hierarchies);
    const { file, value, none } = folder === undefined ? limit.unified : limit.old;
    const amount = limit.of(type);
    const path = join(folder ?? hierarchies.unified, cgroup, file);
    if (limit.controller === "memory" && folder === undefined) {
      await requireRoom(type, join(hierarchies.unified, cgroup));
    }
    try {
      await writeLimit(path, amount === undefined ? none : value(amount), limit);
    } catch (error) {
      throw hasErrno(error, "EBUSY") ? tooLittle(type, error) : error;
    }
  }
}

/**
 * Changes the limits of a running container to those of a text with `limitLines`.
 *
 * @param cgroup the name of its cgroup, the same in all hierarchies.
 */
export async function applyLimitLines(text: string, hierarchies: Hierarchies, cgroup: string): Promise<void> {
  for (const limit of limits) {
    const folder = oldFolder(limit, hierarchies);
    const { file, none } = folder === undefined ? limit.unified : limit.old;
    const line = text.split("\n").find((each) => each.split(" = ")[0]?.endsWith(`.${file}`));
    const path = join(folder ?? hierarchies.unified, cgroup, file);
    await writeLimit(path, line?.slice(line.indexOf(" = ") + 3) ?? none, limit);
  }
}

/** Only a write of the memory's limit can take long: the kernel frees memory before it answers. */
async function writeLimit(path: string, value: string, { controller }: Limit): Promise<void> {
  if (controller !== "memory") {
    writeFileSync(path, value);
    return;
  }
  const descriptor = openSync(path, "w");
  try {
    await writeText(descriptor, value);
  } finally {
    closeSync(descriptor);
  }
}

/** Version 1 refuses a limit that is too small. Version 2 accepts it and kills processes until the rest fits. */
async function requireRoom(type: InstanceType, cgroup: string): Promise<void> {
  const charged = Number(await readFile(join(cgroup, "memory.current"), "utf8"));
  const stat = await readFile(join(cgroup, "memory.stat"), "utf8");
  // The kernel frees the cache of files when it needs memory.
  const cached = ["active_file", "inactive_file"].map((name) =>
    Number(new RegExp(`^${name} (\\d+)$`, "m").exec(stat)?.[1] ?? 0),
  );
  const used = cached.reduce((rest, bytes) => rest - bytes, charged);
  if (type.memoryBytes !== undefined && used > type.memoryBytes) {
    throw tooLittle(type);
  }
}

function tooLittle({ name, memoryBytes = 0 }: InstanceType, cause?: unknown): MccError {
  return new MccError(
    "conflict",
    `The container uses more memory than the ${memoryBytes} bytes of the type "${name}"; free memory in it, or stop it first.`,
    { cause },
  );
}

function oldFolder({ controller }: Limit, hierarchies: Hierarchies): string | undefined {
  return hierarchies.old.find((hierarchy) => hierarchy.controllers.includes(controller))?.folder;
}
