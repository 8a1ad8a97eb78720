import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { hasErrno } from "../../protocol/errno";
import type { Usage } from "./driver";

/** The folders of one container's control groups. Those that the host does not have are absent. */
export interface GroupFolders {
  /** In version 2. */
  readonly unified?: string | undefined;
  /** In the hierarchies of version 1. */
  readonly memory?: string | undefined;
  readonly cpuacct?: string | undefined;
  readonly pids?: string | undefined;
}

/** How long the event loop is kept busy at a time. */
const sliceMs = 10;

/**
 * Measures containers by their control groups. A few reads of files that the kernel makes from memory for each, so that a
 * thousand take a tenth of a second or two.
 *
 * @returns those whose groups exist.
 */
export async function measureGroups(
  containers: Iterable<{ readonly id: number; readonly folders: GroupFolders }>,
): Promise<Usage[]> {
  const measured: Usage[] = [];
  let begin = performance.now();
  for (const { id, folders } of containers) {
    const amounts = measure(folders);
    const { memoryBytes, cpuSeconds, processes } = amounts;
    if ([memoryBytes, cpuSeconds, processes].some((amount) => amount !== undefined)) {
      measured.push({ id, atMs: Date.now(), ...amounts });
    }
    if (performance.now() - begin > sliceMs) {
      await nextTurn();
      begin = performance.now();
    }
  }
  return measured;
}

function measure({ unified, memory, cpuacct, pids }: GroupFolders): Omit<Usage, "id" | "atMs"> {
  return {
    memoryBytes:
      memory === undefined
        ? memoryWithoutFiles(unified, "memory.current", "")
        : memoryWithoutFiles(memory, "memory.usage_in_bytes", "total_"),
    // Version 2 counts it without a controller, also next to version 1.
    cpuSeconds:
      scaled(fieldOf(textIn(unified, "cpu.stat"), "usage_usec"), 1e6) ??
      scaled(numberOf(textIn(cpuacct, "cpuacct.usage")), 1e9),
    processes: numberOf(textIn(pids ?? unified, "pids.current")),
  };
}

/** Version 1 has the fields of a group alone, and with a prefix those of the groups in it, too. */
function memoryWithoutFiles(folder: string | undefined, file: string, prefix: string): number | undefined {
  const charged = numberOf(textIn(folder, file));
  const statistics = textIn(folder, "memory.stat");
  const files = ["active_file", "inactive_file"].map((name) => fieldOf(statistics, prefix + name));
  return charged === undefined
    ? undefined
    : Math.max(
        0,
        files.reduce<number>((rest, bytes) => rest - (bytes ?? 0), charged),
      );
}

function scaled(value: number | undefined, units: number): number | undefined {
  return value === undefined ? undefined : value / units;
}

/** Returns the number after a name, in a file with a name and a number in each line. */
function fieldOf(text: string | undefined, name: string): number | undefined {
  return numberOf(new RegExp(`^${name} (\\d+)$`, "m").exec(text ?? "")?.[1]);
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

/** Synchronous: each read takes microseconds, and would take ten times as long in the thread pool. */
function textIn(folder: string | undefined, file: string): string | undefined {
  if (folder === undefined) {
    return undefined;
  }
  try {
    return readFileSync(join(folder, file), "utf8");
  } catch (error) {
    // The group has ended, or the kernel has no such controller.
    if (hasErrno(error, "ENOENT", "ENODEV")) {
      return undefined;
    }
    throw error;
  }
}
