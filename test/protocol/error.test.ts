import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { MccError, messageOf } from "../../protocol/error";

describe("MccError", () => {
  it("keeps its code through a fault", () => {
    for (const code of ["invalid", "not-found", "conflict", "exhausted", "engine", "timeout"] as const) {
      const { fault, message } = new MccError(code, "what failed");
      const back = MccError.fromFault(fault, message);
      assert.deepEqual([back.code, back.message], [code, "what failed"]);
    }
  });

  it("has the code internal for an unknown fault", () => {
    assert.equal(MccError.fromFault(1, "from the first MiniCloud").code, "internal");
  });

  it("is recognised from another copy of the package, unlike all other values", () => {
    const ofAnotherCopy: unknown = { isMccError: true, code: "conflict" };
    assert.equal(MccError.isInstance(ofAnotherCopy), true);
    assert.equal(MccError.hasCode(ofAnotherCopy, "conflict"), true);
    assert.equal(MccError.hasCode(ofAnotherCopy, "invalid"), false);
    for (const other of [new Error("x"), { isMccError: "true" }, null, undefined, "conflict"]) {
      assert.equal(MccError.isInstance(other), false);
    }
  });

  it("is confidential only on request", () => {
    assert.equal(new MccError("invalid", "x").confidential, false);
    assert.equal(new MccError("invalid", "x", { confidential: true }).confidential, true);
  });
});

describe("a reworded error", () => {
  const secret = new MccError("engine", "password", { confidential: true });

  it("has the given code or that of its cause", () => {
    assert.equal(MccError.reword(secret, "again").code, "engine");
    assert.equal(MccError.reword(new Error("odd"), "again").code, "internal");
    assert.equal(MccError.reword(new Error("odd"), "again", "timeout").code, "timeout");
  });

  it("is as confidential as its cause by default", () => {
    for (const again of [
      MccError.reword(secret, "again"),
      new MccError("invalid", "again", { cause: secret }),
    ]) {
      assert.equal(again.confidential, true);
      assert.equal(MccError.reword(again, "and again").confidential, true);
    }
    assert.equal(MccError.reword(new MccError("engine", "words"), "again").confidential, false);
    assert.equal(
      new MccError("engine", "none of it", { cause: secret, confidential: false }).confidential,
      false,
    );
  });
});

describe("the message of a thrown value", () => {
  for (const { thrown, message } of [
    { thrown: new Error("no space"), message: "no space" },
    { thrown: runInNewContext("new Error('of another context')") as unknown, message: "of another context" },
    { thrown: "a text", message: "a text" },
    { thrown: undefined, message: "undefined" },
    { thrown: null, message: "null" },
  ]) {
    it(`is ${message}`, () => assert.equal(messageOf(thrown), message));
  }
});
