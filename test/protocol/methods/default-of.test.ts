import assert from "node:assert/strict";
import { defaultOf } from "../../../protocol/methods/default-of";
import { methodTable } from "../../../protocol/methods/method-table";

describe("the default of a parameter", () => {
  it("is the one that the schema fills in", () => {
    const { graceSeconds } = methodTable["instance.stop"].parameters.parse({ instance: 500 });
    assert.equal(defaultOf("instance.stop", "graceSeconds"), graceSeconds);
    assert.equal(typeof graceSeconds, "number");
  });

  it("is asked for in vain where there is none", () => {
    assert.throws(() => defaultOf("instance.create", "name"), /instance\.create has no default for name/);
    assert.throws(() => defaultOf("instance.stop", "instance"), /no default/);
  });
});
