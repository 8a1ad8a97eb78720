import assert from "node:assert/strict";
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { sharedAbort } from "../../../../server/support/concurrency/shared-abort";

describe("an abort that many follow", () => {
  const warningsWith = async (controller: AbortController): Promise<string[]> => {
    const warnings: string[] = [];
    const note = ({ name }: Error): void => void warnings.push(name);
    process.on("warning", note);
    const listeners = Array.from({ length: 20 }, () => once(controller.signal, "abort"));
    await turn();
    controller.abort();
    await Promise.all(listeners);
    process.off("warning", note);
    return warnings;
  };

  it("reaches all of them, without a warning of a leak", async () => {
    assert.deepEqual(await warningsWith(sharedAbort()), []);
    assert.deepEqual(await warningsWith(new AbortController()), ["MaxListenersExceededWarning"]);
  });
});
