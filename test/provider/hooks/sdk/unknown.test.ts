import assert from "node:assert/strict";
import { runtime } from "@pulumi/pulumi";
import { hasUnknown } from "../../../../provider/hooks/sdk/unknown";

describe("an unknown value", () => {
  const unknown = runtime.unknownValue;
  for (const { value, has } of [
    { value: unknown, has: true },
    { value: ["a", { deep: [unknown] }], has: true },
    { value: { a: null, b: undefined, c: "", d: 0 }, has: false },
    { value: `not ${unknown} alone`, has: false },
    { value: undefined, has: false },
  ]) {
    it(`is ${has ? "" : "not "}found in ${JSON.stringify({ value })}`, () => {
      assert.equal(hasUnknown(value), has);
    });
  }
});
