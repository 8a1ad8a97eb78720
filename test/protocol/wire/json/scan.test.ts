import assert from "node:assert/strict";
import { checkJsonSize } from "../../../../protocol/wire/json/scan";
import { TooMuch } from "../../../../protocol/wire/message-flaw";

const limits = { depth: 4, values: 10 };

describe("the size of a JSON text", () => {
  const accepted: readonly (readonly [title: string, text: string])[] = [
    ["the deepest nesting", '[{"a":[{}]}]'],
    ["many values", "[0,1,2,3,4,5,6,7,8]"],
    [
      "texts with brackets, also escaped quotation marks",
      JSON.stringify(["[[[[[[[", '"[[[[[[', '\\"[[[[[', "\\"]),
    ],
    ["an unfinished text", '["[[[[[['],
    ["nothing", ""],
  ];
  for (const [title, text] of accepted) {
    it(`may be that of ${title}`, async () => {
      await checkJsonSize(text, limits);
    });
  }

  const refused: readonly (readonly [title: string, text: string, says: RegExp])[] = [
    ["levels", "[[[[[", /nests more than 4/],
    ["levels behind a text", '["\\\\",[{"b\\"":[{"c":[', /nests more than 4/],
    ["values", `[${"0,".repeat(30)}0]`, /more than 10 values/],
    ["members", `{${'"a":0,'.repeat(15)}"a":0}`, /more than 10 values/],
    ["objects next to each other", "{}".repeat(30), /more than 10 values/],
  ];
  for (const [title, text, says] of refused) {
    it(`may not be that of too many ${title}`, async () => {
      await assert.rejects(
        checkJsonSize(text, limits),
        (error) => error instanceof TooMuch && says.test(error.message),
      );
    });
  }

  it("is found without blocking other work", async () => {
    let turns = 0;
    const others = setInterval(() => (turns += 1), 0);
    await checkJsonSize("[],".repeat(2_000_000), { depth: 4, values: 10_000_000 });
    clearInterval(others);
    assert.ok(turns > 0);
  });
});
