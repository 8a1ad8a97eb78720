import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { MccError } from "../../../protocol/error";
import { asEngineError, hasErrno, unlessErrno } from "../../../server/support/errno";

const missing = (): Promise<string> => readFile("/nonexistent/file", "utf8");

describe("the reason why the system refused something", () => {
  it("is told by its code alone", async () => {
    const error: unknown = await missing().catch((reason: unknown) => reason);
    assert.equal(hasErrno(error, "EACCES", "ENOENT"), true);
    assert.equal(hasErrno(error, "EACCES"), false);
    assert.equal(hasErrno(error), false);
    assert.equal(hasErrno({ code: "ENOENT" }, "ENOENT"), false);
    assert.equal(hasErrno(new Error("ENOENT"), "ENOENT"), false);
  });

  it("lets something be undefined, and every other failure be one", async () => {
    assert.equal(await unlessErrno(Promise.resolve(1), "ENOENT"), 1);
    assert.equal(await unlessErrno(missing(), "ENOENT"), undefined);
    await assert.rejects(unlessErrno(missing(), "EACCES", "EPERM"), { code: "ENOENT" });
  });

  it("becomes the engine's failure, and nothing else does", async () => {
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
