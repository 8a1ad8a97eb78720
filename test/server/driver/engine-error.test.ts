import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { MccError } from "../../../protocol/error";
import { asEngineError } from "../../../server/driver/engine-error";

const missing = (): Promise<string> => readFile("/nonexistent/file", "utf8");

describe("what the system refused to an engine", () => {
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
