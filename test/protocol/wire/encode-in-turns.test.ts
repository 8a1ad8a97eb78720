import assert from "node:assert/strict";
import fc from "fast-check";
import sinon from "sinon";
import { encodeResponse } from "../../../protocol/wire/codec";
import { encodeResponseInTurns } from "../../../protocol/wire/encode-in-turns";
import { wireValues } from "../../support/wire/wire-values";

describe("a response that is written in turns", () => {
  it("equals the response that the package writes in one step", async () => {
    const seed = 20_261_128;
    await fc.assert(
      fc.asyncProperty(wireValues(), async (value) => {
        assert.equal(await encodeResponseInTurns(value), encodeResponse(value));
        const deeper = { list: [{ value }, { "<&>": [{ value }] }], none: undefined, value };
        assert.equal(await encodeResponseInTurns(deeper), encodeResponse(deeper));
      }),
      { seed, numRuns: 150 },
    );
  });

  it("does not block the event loop between the items of its lists", async () => {
    const items = Array.from({ length: 2000 }, (_, index) => ({
      name: `item-${index}`,
      text: "x".repeat(100),
    }));
    for (const value of [items, [[items]], { fleet: { members: items } }]) {
      let turns = 0;
      const count = (): void => {
        turns += 1;
        next = setImmediate(count);
      };
      let next = setImmediate(count);
      await encodeResponseInTurns(value);
      clearImmediate(next);
      assert.ok(turns >= 4, `${turns} turns`);
    }
  });

  it("stops at the signal and throws its reason", async () => {
    let written = 0;
    const item = {
      get text() {
        written += 1;
        return "x".repeat(70_000);
      },
    };
    const hangUp = new AbortController();
    const end = sinon.spy();
    const turn = (): Promise<() => void> => {
      hangUp.abort(new Error("nobody waits"));
      return Promise.resolve(end);
    };
    const items = new Array(50).fill(item);
    await assert.rejects(encodeResponseInTurns(items, turn, hangUp.signal), /nobody waits/);
    assert.ok(written < items.length, String(written));
    sinon.assert.calledOnce(end);
  });

  it("is refused for a value that XML-RPC cannot represent, at every depth", async () => {
    for (const value of [Number.NaN, [1, [Number.NaN]], { a: [{ b: "\u0007" }] }, [{ "\uffff": [{}] }]]) {
      await assert.rejects(encodeResponseInTurns(value), { code: "invalid" });
    }
  });
});
