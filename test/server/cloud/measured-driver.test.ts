import assert from "node:assert/strict";
import { MccError } from "../../../protocol/error";
import { measureDriver } from "../../../server/cloud/measured-driver";
import { createSimulatedDriver } from "../../../server/driver/simulated/driver";
import { type Measurement, onMeasurement } from "../../../server/support/measurements";
import { driverOptions } from "../driver/driver-options";

describe("a measured driver", () => {
  it("measures its requests to the engine, and their errors, and is the same otherwise", async () => {
    const bare = createSimulatedDriver(driverOptions("/nowhere"));
    const driver = measureDriver(bare);
    const seen: string[] = [];
    const stop = onMeasurement(({ kind, name, result, seconds }: Measurement) => {
      assert.ok(seconds >= 0);
      seen.push(`${kind} ${name} ${result}`);
    });
    try {
      assert.deepEqual(await driver.list(), []);
      await assert.rejects(driver.stop(500, 0), MccError);
      await assert.rejects(driver.claims?.claim(500, { name: "x" } as never) ?? Promise.resolve(), MccError);
      assert.equal(driver.capabilities, bare.capabilities);
      assert.equal(driver.takesOver, bare.takesOver);
      assert.deepEqual(driver.networkHealth?.(), bare.networkHealth?.());
      assert.deepEqual(seen, ["engine list ok", "engine stop not-found", "engine claim not-found"]);
    } finally {
      stop();
    }
    await driver.list();
    assert.equal(seen.length, 3);
  });
});
