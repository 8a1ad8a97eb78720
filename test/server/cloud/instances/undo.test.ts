import assert from "node:assert/strict";
import { Undo } from "../../../../server/cloud/instances/undo";

describe("the list of steps to undo", () => {
  it("undoes the latest step first", async () => {
    const undone: string[] = [];
    const undo = new Undo();
    ["create", "start", "ready"].forEach((name) => undo.add(name, () => void undone.push(name)));
    await undo.run();
    await undo.run();
    assert.deepEqual(undone, ["ready", "start", "create"]);
  });

  it("stops at a step that fails, names it, and continues there in the next run", async () => {
    const undone: string[] = [];
    let fails = true;
    const undo = new Undo();
    undo.add("create", () => void undone.push("create"));
    undo.add("start", () => {
      if (fails) {
        throw new Error("it still runs");
      }
      undone.push("start");
    });
    undo.add("ready", () => void undone.push("ready"));
    await assert.rejects(undo.run(), { message: "start: it still runs" });
    assert.deepEqual(undone, ["ready"]);
    fails = false;
    await undo.run();
    assert.deepEqual(undone, ["ready", "start", "create"]);
  });
});
