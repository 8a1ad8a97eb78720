import assert from "node:assert/strict";
import { refuseBinaryParameters } from "../../../../server/methods/calls/binary-parameters";

describe("parameters without bytes or times", () => {
  it("are accepted", () => {
    refuseBinaryParameters("a.b", [
      1,
      "x",
      null,
      true,
      { a: [{ constructor: null, length: { toString: 0 } }] },
    ]);
  });

  const refused: [unknown, RegExp][] = [
    [Buffer.from("x"), /^a\.b: parameter 2 has the type base64, which no method accepts; send a string/],
    [new Date(0), /parameter 2 has the type dateTime\.iso8601/],
    [[[Buffer.alloc(0)]], /parameter 2 has the type base64/],
    [{ stdin: Buffer.from("x") }, /a\.b: "stdin" has the type base64/],
    [{ labels: { toString: new Date(Number.NaN) } }, /"toString" has the type dateTime/],
  ];
  for (const [parameter, message] of refused) {
    it(`are required: ${message.source}`, () => {
      assert.throws(() => refuseBinaryParameters("a.b", ["x", parameter]), { code: "invalid", message });
    });
  }
});
