import assert from "node:assert/strict";
import { instanceNameSchema } from "../../../../protocol/methods/values/name";
import { nameFromOld } from "../../../../server/methods/first-minicloud/old-name";

describe("a name in the first MiniCloud's syntax", () => {
  const names: [old: string, name: string | undefined][] = [
    ["my-web-server", "my-web-server"],
    ["My_web 1", "my-web-1"],
    ["web.example.org.", "web-example-org"],
    ["2012", "mcc-2012"],
    ["-", undefined],
    ["", undefined],
    ["\u00fcber", "ber"],
  ];
  for (const [old, name] of names) {
    it(`"${old}" becomes ${name ?? "the daemon's choice"}`, () => assert.equal(nameFromOld(old), name));
  }

  it("is not longer than an instance's name may be", () => {
    for (const long of ["a".repeat(200), "1".repeat(200), `${"a".repeat(62)}-b`]) {
      assert.ok(instanceNameSchema.safeParse(nameFromOld(long)).success, long);
    }
  });
});
