import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { runInNewContext } from "node:vm";
import { errnoOf, hasErrno, unlessErrno } from "../../protocol/errno";

const missing = (): Promise<string> => readFile("/nonexistent/file", "utf8");

describe("an error code of the system", () => {
  it("is recognised only by the code of an error", async () => {
    const error: unknown = await missing().catch((reason: unknown) => reason);
    assert.equal(hasErrno(error, "EACCES", "ENOENT"), true);
    assert.equal(hasErrno(error, "EACCES"), false);
    assert.equal(hasErrno(error), false);
    assert.equal(hasErrno({ code: "ENOENT" }, "ENOENT"), false);
    assert.equal(hasErrno(new Error("ENOENT"), "ENOENT"), false);
  });

  it("turns only an expected failure into undefined", async () => {
    assert.equal(await unlessErrno(Promise.resolve(1), "ENOENT"), 1);
    assert.equal(await unlessErrno(missing(), "ENOENT"), undefined);
    await assert.rejects(unlessErrno(missing(), "EACCES", "EPERM"), { code: "ENOENT" });
  });

  it("is also found in an error of another JavaScript context, as test frameworks have them", () => {
    const foreign: unknown = runInNewContext("Object.assign(new Error(), { code: 'ECONNREFUSED' })");
    assert.equal(errnoOf(foreign), "ECONNREFUSED");
    assert.equal(errnoOf("ECONNREFUSED"), "");
  });
});
