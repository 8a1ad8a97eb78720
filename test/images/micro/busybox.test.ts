import assert from "node:assert/strict";
import { lacksWgetTimeout, withRenamedWget } from "../../../images/micro/busybox";

describe("busybox in the image micro", () => {
  it("has another name for its wget, at the same place, and nothing else is changed", () => {
    const program = Buffer.from("code\0watch\0wc\0wget\0which\0who\0wget: timed out\0", "latin1");
    assert.equal(
      withRenamedWget(program)?.toString("latin1"),
      "code\0watch\0wc\0wgeT\0which\0who\0wget: timed out\0",
    );
    assert.match(program.toString("latin1"), /\0wget\0/);
  });

  it("stays as it is if its list of names is not found once", () => {
    assert.equal(withRenamedWget(Buffer.from("\0wc\0which\0")), undefined);
    assert.equal(withRenamedWget(Buffer.from("\0wc\0wget\0which\0wc\0wget\0which\0")), undefined);
  });

  it("needs that only if its wget has no -T", () => {
    assert.ok(lacksWgetTimeout("Usage: wget [-cqS] [--spider] [-U AGENT] URL..."));
    assert.ok(!lacksWgetTimeout("Usage: wget [-cqS] [--spider] [-U AGENT] [-T SEC] URL..."));
  });
});
