import assert from "node:assert/strict";
import { simulatedUsage } from "../../../../server/driver/simulated/usage";
import { containerSpec } from "../container-spec";

const mebibyte = 1024 * 1024;

describe("the usage of simulated containers", () => {
  const usageAt = (
    id: number,
    seconds: number,
    type = { name: "t", memoryBytes: 64 * mebibyte, cpus: 0.5 },
  ) =>
    simulatedUsage(
      {
        spec: containerSpec(id),
        type,
        running: true,
        startedAtMs: 1000,
        down: new AbortController(),
        member: undefined,
        files: new Map(),
      },
      1000 + seconds * 1000,
    );

  it("follows from the id and the time since the start, and moves", () => {
    assert.deepEqual(usageAt(500, 7), usageAt(500, 7));
    assert.notEqual(usageAt(500, 7).memoryBytes, usageAt(500, 9).memoryBytes);
    assert.notEqual(usageAt(500, 7).memoryBytes, usageAt(501, 7).memoryBytes);
  });

  it("stays within the limits, and the processor time only grows", () => {
    for (let id = 500; id < 540; id += 1) {
      let before = 0;
      for (let seconds = 0; seconds <= 200; seconds += 1) {
        const { memoryBytes = 0, cpuSeconds = -1, processes = 0 } = usageAt(id, seconds);
        assert.ok(
          memoryBytes > 0 && memoryBytes <= 64 * mebibyte,
          `${id} after ${seconds} s: ${memoryBytes}`,
        );
        assert.ok(
          cpuSeconds >= before && cpuSeconds - before <= 0.5,
          `${id} after ${seconds} s: ${cpuSeconds}`,
        );
        assert.ok(processes >= 1 && processes < 10);
        before = cpuSeconds;
      }
      assert.ok(before > 0);
    }
  });

  it("also exists without limits, and if the clock was set back", () => {
    const { memoryBytes = 0, cpuSeconds } = usageAt(500, -50, { name: "unlimited" } as never);
    assert.ok(memoryBytes > 0);
    assert.equal(cpuSeconds, 0);
  });
});
