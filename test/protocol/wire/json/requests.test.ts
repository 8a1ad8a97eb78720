import assert from "node:assert/strict";
import { decodeRequests, NoRequest } from "../../../../protocol/wire/json/requests";

const call = (more: object): string => JSON.stringify({ jsonrpc: "2.0", method: "a", ...more });

describe("a JSON-RPC request", () => {
  const valid: readonly (readonly [title: string, text: string, expected: object])[] = [
    ["named parameters", call({ id: 7, params: { b: 1 } }), { id: 7, parameters: [{ b: 1 }] }],
    ["positions", call({ id: "x", params: [1, "b"] }), { id: "x", parameters: [1, "b"] }],
    ["no parameters", call({ id: null }), { id: null, parameters: [] }],
    ["no id", call({}), { id: undefined, parameters: [] }],
  ];
  for (const [title, text, expected] of valid) {
    it(`may have ${title}`, async () => {
      assert.deepEqual(await decodeRequests(text), {
        isBatch: false,
        requests: [{ method: "a", ...expected }],
      });
    });
  }

  const invalid: readonly (readonly [title: string, text: string, id: unknown, says: RegExp])[] = [
    ["the version", '{"method":"a","id":1}', 1, /"jsonrpc" is missing or wrong/],
    ["a method that is a text", call({ id: 2, method: 3 }), 2, /"method" is missing or wrong/],
    ["parameters in a list or an object", call({ id: 2, params: "x" }), 2, /"params" is missing or wrong/],
    ["an id that is a text or a number", call({ id: {} }), null, /"id" is missing or wrong/],
    ["the form of an object", "7", null, /it is no object/],
    ["texts without control characters", call({ id: 1, params: { a: ["\0"] } }), 1, /U\+0000/],
    ["names without control characters", call({ id: 1, params: { "\u0001": 1 } }), 1, /U\+0001/],
    [
      "no parameter __proto__",
      '{"jsonrpc":"2.0","id":1,"method":"a","params":{"__proto__":{"b":1}}}',
      1,
      /__proto__/,
    ],
    [
      "no member __proto__",
      '{"jsonrpc":"2.0","id":1,"method":"a","params":[{"__proto__":1}]}',
      1,
      /__proto__/,
    ],
  ];
  for (const [title, text, id, says] of invalid) {
    it(`must have ${title}`, async () => {
      const [bad] = (await decodeRequests(text)).requests;
      assert.ok(bad !== undefined && "error" in bad);
      assert.deepEqual([bad.id, bad.error.code], [id, "invalid"]);
      assert.match(bad.error.message, says);
    });
  }

  it("may come in a batch with others, also with bad ones", async () => {
    const { isBatch, requests } = await decodeRequests(`[${call({ id: 1 })},7]`);
    assert.equal(isBatch, true);
    assert.deepEqual(
      requests.map((request) => "error" in request),
      [false, true],
    );
  });

  const nothing: readonly (readonly [title: string, text: string, isJson: boolean])[] = [
    ["no text", "", false],
    ["broken JSON", '{"jsonrpc"', false],
    ["an empty batch", "[]", true],
    [
      "101 requests",
      `[${Array(101)
        .fill(call({ id: 1 }))
        .join(",")}]`,
      true,
    ],
    ["a nesting of 33 levels", "[".repeat(33), true],
    ["200,000 brackets", "[],".repeat(100_000), true],
  ];
  for (const [title, text, isJson] of nothing) {
    it(`is not in ${title}`, async () => {
      await assert.rejects(
        decodeRequests(text),
        (error) => error instanceof NoRequest && error.code === "invalid" && error.isJson === isJson,
      );
    });
  }

  it("that is broken is not quoted, because it can contain a secret", async () => {
    await assert.rejects(
      decodeRequests('{"params": secret'),
      (error) => error instanceof NoRequest && !error.message.includes("secret"),
    );
  });
});
