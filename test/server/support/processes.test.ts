import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { killProcess, processIds, processState } from "../../../server/support/processes";

describe("a process of this host", () => {
  it("is listed, and has a state, a group and a start time", async () => {
    assert.ok((await processIds()).includes(process.pid));
    const own = await processState(process.pid);
    assert.match(own?.state ?? "", /^[RSD]$/);
    assert.match(own?.startTime ?? "", /^\d+$/);
    assert.ok(own !== undefined && own.group > 0);
  });

  it("is told apart from its name, which may have any characters", async () => {
    const child = spawn(
      process.execPath,
      ["-e", "process.title = ') Z 1 (x) 2'; console.log(); setInterval(() => 0, 9999)"],
      {
        detached: true,
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    try {
      await once(child.stdout, "data");
      const state = await processState(child.pid ?? 0);
      assert.equal(state?.group, child.pid);
      assert.notEqual(state?.state, "Z");
    } finally {
      killProcess(-(child.pid ?? 0));
      await once(child, "close");
    }
  });

  it("has no state once it has ended, and can be killed again", async () => {
    const child = spawn("true");
    await once(child, "exit");
    assert.equal(await processState(child.pid ?? 0), undefined);
    killProcess(child.pid ?? 0);
  });
});
