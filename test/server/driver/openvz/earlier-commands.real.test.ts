import assert from "node:assert/strict";
import { eventually } from "../../../support/eventually";
import { fakeDrivers, lightSpec, vzctl } from "./fake-driver";

describe("engine commands of an earlier daemon", () => {
  // Without an OpenVZ kernel, a container stays in the process group of what started it.
  const { host, newDriver } = fakeDrivers();

  it("that have ended are nobody's to end: the container that one started runs on", async () => {
    const dead = newDriver();
    await dead.create(lightSpec(501));
    host().behave({ faults: [{ at: "start:running", delayMs: 1500, times: 1 }] });
    const started = dead.start(501);
    await eventually(() => host().waitsAt("start:running"), "it starts");
    const next = newDriver();
    // Looks for the commands of earlier daemons.
    await next.destroy(999);
    await started;
    await next.takesOver?.giveBack(501, {});
    assert.match(await vzctl(host(), "status", "501"), /exist mounted running/);
    assert.deepEqual(await next.list(), []);
  });
});
