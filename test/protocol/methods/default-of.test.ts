import assert from "node:assert/strict";
import { defaultOf } from "../../../protocol/methods/default-of";
import { methodTable } from "../../../protocol/methods/method-table";

describe("the default of a parameter", () => {
  it("is the value that the schema inserts", () => {
    const { graceSeconds } = methodTable["instance.stop"].parameters.parse({ instance: 500 });
    assert.equal(defaultOf("instance.stop", "graceSeconds"), graceSeconds);
    assert.equal(typeof graceSeconds, "number");
  });

  it("is an error for a parameter without a default", () => {
    assert.throws(() => defaultOf("instance.create", "name"), /instance\.create has no default for name/);
    assert.throws(() => defaultOf("instance.stop", "instance"), /no default/);
  });
});
