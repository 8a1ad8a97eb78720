import assert from "node:assert/strict";
import { MccError } from "../../../../protocol/error";
import { encodeError, encodeResult } from "../../../../protocol/wire/json/answers";
import { decodeAnswer, encodeRequest } from "../../../../protocol/wire/json/client-messages";

describe("a client's JSON-RPC request", () => {
  it("omits what is undefined", () => {
    assert.deepEqual(JSON.parse(encodeRequest("a", { b: undefined, c: [1, { d: undefined }] })), {
      jsonrpc: "2.0",
      id: 1,
      method: "a",
      params: { c: [1, {}] },
    });
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, "\0", { "\ufffe": 1 }, ["\ud800"]]) {
    it(`cannot contain ${typeof value === "number" ? value : JSON.stringify(value)}`, () => {
      assert.throws(
        () => encodeRequest("a", { value }),
        (error) => MccError.hasCode(error, "invalid"),
      );
    });
  }
});

describe("the answer to a client's JSON-RPC request", () => {
  it("has the result, also a list that is written in slices", async () => {
    for (const result of [null, 7, "x", { a: [1] }, Array.from({ length: 1201 }, (_, n) => ({ n }))]) {
      assert.deepEqual(decodeAnswer(await encodeResult(1, result)), { result });
    }
    assert.deepEqual(decodeAnswer(await encodeResult(1, undefined)), { result: null });
  });

  it("stops being written when the client hangs up", async () => {
    const reason = new Error("the client has hung up");
    await assert.rejects(encodeResult(1, Array(1001).fill(0), AbortSignal.abort(reason)), reason);
  });

  const codes: readonly (readonly [number | undefined, string])[] = [
    [undefined, "conflict"],
    [-32_601, "not-found"],
    [-32_600, "invalid"],
    [-32_700, "invalid"],
    [-1, "internal"],
  ];
  for (const [number, code] of codes) {
    it(`has the error ${code} for the code ${number ?? "of MiniCloud"}`, () => {
      const text = encodeError(1, new MccError("conflict", "It is taken."), number);
      assert.throws(
        () => decodeAnswer(text),
        (error) => MccError.isInstance(error) && error.code === code && error.message === "It is taken.",
      );
    });
  }

  for (const text of [
    "",
    "<methodResponse/>",
    "{}",
    '{"jsonrpc":"2.0"}',
    '{"jsonrpc":"2.0","error":7}',
    "[]",
    "null",
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.equal(decodeAnswer(text), undefined);
    });
  }
});
