import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { MccError } from "../../../protocol/error";
import { asEngineError, hasErrno, unlessErrno } from "../../../server/support/errno";

const missing = (): Promise<string> => readFile("/nonexistent/file", "utf8");

describe("an error code of the system", () => {
  it("is recognised only by the code", async () => {
    const error: unknown = await missing().catch((reason: unknown) => reason);
    assert.equal(hasErrno(error, "EACCES", "ENOENT"), true);
    assert.equal(hasErrno(error, "EACCES"), false);
    assert.equal(hasErrno(error), false);
    assert.equal(hasErrno({ code: "ENOENT" }, "ENOENT"), false);
    assert.equal(hasErrno(new Error("ENOENT"), "ENOENT"), false);
  });

  it("turns an expected failure into undefined, and no other", async () => {
    assert.equal(await unlessErrno(Promise.resolve(1), "ENOENT"), 1);
    assert.equal(await unlessErrno(missing(), "ENOENT"), undefined);
    await assert.rejects(unlessErrno(missing(), "EACCES", "EPERM"), { code: "ENOENT" });
  });

  it("becomes an error of the engine, and no other error does", async () => {
    const refused: unknown = await missing().catch((reason: unknown) => reason);
    const error = asEngineError(refused);
    assert.ok(MccError.hasCode(error, "engine"));
    assert.match(error.message, /^ENOENT: no such file.*\.$/);
    assert.equal(error.cause, refused);
    const defect = new TypeError("a defect");
    assert.equal(asEngineError(defect), defect);
    const ofTheEngine = Object.assign(new Error("no call of the system"), { errno: -5 });
    assert.equal(asEngineError(ofTheEngine), ofTheEngine);
    assert.equal(asEngineError("text"), "text");
  });
});
