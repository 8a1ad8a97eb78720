import type { Api } from "./api";
import { type Operation, operationsSchema } from "./types";

/** A member that does not answer holds up the list. */
const readMs = 4_000;
const unfinished = ["running", "pending", "cancelling"];

/** Returns the engine's work in the project that has not ended. Commands in instances do not count: they end with them. */
export async function unfinishedTasks(api: Api): Promise<Operation[]> {
  const operations = await api.get(operationsSchema, "/1.0/operations", {
    query: { recursion: "1" },
    timeoutMs: readMs,
  });
  return unfinished
    .flatMap((state) => operations[state] ?? [])
    .filter((operation) => operation.class === "task");
}
