import assert from "node:assert/strict";
import type { ApiInstance } from "../../../../../server/driver/incus/api/types";
import { InstanceCopy, stateOf } from "../../../../../server/driver/incus/instances/copy";

describe("the copy of the engine's instances", () => {
  const codes = { running: 103, stopped: 102, unreachable: 112 };
  const instance = (state: keyof typeof codes, config = { "user.minicloud.id": "1" }): ApiInstance => ({
    name: "one",
    status: state,
    status_code: codes[state],
    location: "m1",
    project: "p",
    created_at: "",
    config,
    devices: {},
  });

  const silent = { onDown: () => undefined, onNew: () => undefined };

  it("tells of each new instance once", () => {
    const found: string[] = [];
    const copy = new InstanceCopy({ ...silent, onNew: (name) => found.push(name) });
    copy.takeAll(copy.beginLook(), [instance("stopped")]);
    copy.take(copy.beginLook(), "one", instance("running"));
    copy.takeUnreachable(copy.beginLook(), "one");
    assert.deepEqual(found, ["one"]);
    copy.takeAll(copy.beginLook(), []);
    copy.take(copy.beginLook(), "one", instance("running"));
    assert.deepEqual(found, ["one", "one"]);
  });

  it("keeps the result of the look that began last, whichever ends last", () => {
    const copy = new InstanceCopy(silent);
    const [first, second] = [copy.beginLook(), copy.beginLook()];
    copy.take(second, "one", instance("running"));
    copy.take(first, "one", instance("stopped"));
    copy.takeAll(first, []);
    assert.equal(copy.all().map(stateOf).join(), "running");
    const [third, fourth] = [copy.beginLook(), copy.beginLook()];
    copy.take(fourth, "one", undefined);
    copy.takeAll(third, [instance("running")]);
    assert.deepEqual(copy.all(), [], "a list that began earlier does not bring it back");
    copy.takeAll(copy.beginLook(), [instance("stopped")]);
    assert.equal(copy.all().length, 1);
  });

  it("tells of each stop once, and of none while the member does not answer", () => {
    const down: string[] = [];
    const copy = new InstanceCopy({ ...silent, onDown: (name) => down.push(name) });
    copy.takeAll(copy.beginLook(), [instance("running")]);
    copy.takeUnreachable(copy.beginLook(), "one");
    assert.deepEqual(down, []);
    copy.takeAll(copy.beginLook(), [instance("stopped")]);
    copy.takeAll(copy.beginLook(), [instance("stopped")]);
    assert.deepEqual(down, ["one"]);
    copy.takeAll(copy.beginLook(), [instance("running")]);
    copy.takeAll(copy.beginLook(), []);
    assert.deepEqual(down, ["one", "one"]);
  });

  it("keeps what the engine does not tell of an instance that it cannot reach", () => {
    const copy = new InstanceCopy(silent);
    copy.takeAll(copy.beginLook(), [instance("running")]);
    copy.takeAll(copy.beginLook(), [instance("unreachable", {} as never)]);
    const [kept] = copy.all();
    assert.deepEqual([kept && stateOf(kept), kept?.config], ["unreachable", { "user.minicloud.id": "1" }]);
  });
});
