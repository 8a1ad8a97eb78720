import { readdirSync, readFileSync } from "node:fs";
import { unlessGone } from "./cgroup-tree";

// Synchronous on purpose: the kernel makes these files from memory in microseconds, and a creation reads about twenty. Each
// read through the thread pool is four tasks, which took ten times the processor time.

/** Returns the text of a cgroup's file; undefined if the cgroup does not exist. */
export function readCgroup(path: string): string | undefined {
  return unlessGone(() => readFileSync(path, "utf8"));
}

/** Returns the entries of a hierarchy's folder: its files, and the cgroups in it. */
export function entriesOf(hierarchy: string): string[] {
  return readdirSync(hierarchy);
}
