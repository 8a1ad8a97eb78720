import assert from "node:assert/strict";
import type { CommandTimeout } from "../../../server/driver/command-timeout";
import type { Driver } from "../../../server/driver/driver";
import { execRequest } from "./container-spec";

/** Asserts that a command's output is not lost after its time limit. The container has a shell. */
export async function assertLeavesOutput(driver: Driver, id: number): Promise<void> {
  const command = ["sh", "-c", "echo so far; echo and so on >&2; sleep 1000"];
  const endless = driver.exec(id, execRequest(command, { timeoutMs: 1000 }));
  await assert.rejects(endless, ({ output }: CommandTimeout) => {
    assert.deepEqual(Object.values(output).map(String), ["so far\n", "and so on\n", "false"]);
    return true;
  });
}
