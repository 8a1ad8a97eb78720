import assert from "node:assert/strict";
import { MccError } from "../../../../protocol/error";
import { loggable, refuseFailures } from "../../../../server/cloud/fleets/failures";

/** Returns the error for these failed members. */
function refusal(failures: readonly { name: string; error: unknown }[], total: number): MccError {
  try {
    refuseFailures(failures, total);
  } catch (error) {
    assert.ok(MccError.isInstance(error));
    return error;
  }
  return assert.fail("nothing was refused");
}

const failed = (name: string, message = "no space.") => ({ name, error: new MccError("engine", message) });

describe("the failures of a fleet's members", () => {
  it("cause no error if the list is empty", () => {
    refuseFailures([], 5);
  });

  it("are listed by number with their reasons, and the error has the code of the first", () => {
    const error = refusal(
      [
        failed("web-10"),
        failed("web-9", "no memory. "),
        { name: "web-2", error: new MccError("timeout", "too slow") },
      ],
      50,
    );
    assert.equal(
      error.message,
      "3 of 50 members failed: web-2: too slow; web-9: no memory; web-10: no space.",
    );
    assert.equal(error.code, "timeout");
  });

  it("are only counted after the fifth, and their reasons are cut at 300 characters", () => {
    const many = [1, 2, 3, 4, 5, 6, 7].map((number) =>
      failed(`web-${number}`, "x".repeat(number === 1 ? 301 : 1)),
    );
    const { message } = refusal(many, 7);
    assert.match(message, /^7 of 7 members failed: web-1: x{300}…; web-2: x; .*web-5: x; and 2 more\.$/);
  });

  it("show the cause of an error without the sentence that the error adds to it", () => {
    const cause = new MccError("engine", "lxc-start failed.");
    const undone = new MccError("engine", "lxc-start failed. All was undone.", { cause });
    const other = new MccError("engine", "The step start failed.", { cause });
    assert.match(refusal([{ name: "a-1", error: undone }], 1).message, /: a-1: lxc-start failed\.$/);
    assert.match(refusal([{ name: "a-1", error: other }], 1).message, /: a-1: The step start failed\.$/);
  });

  it("are an internal error if the first is not an MccError, and confidential if any of them is", () => {
    const secret = new MccError("invalid", "hunter2", { confidential: true });
    const error = refusal(
      [
        { name: "a-1", error: new Error("a defect") },
        { name: "a-2", error: secret },
      ],
      2,
    );
    assert.deepEqual([error.code, error.confidential], ["internal", true]);
    assert.deepEqual(loggable(error), {});
    assert.deepEqual(loggable(undefined), { err: undefined });
    assert.equal(refusal([failed("a-1")], 1).confidential, false);
  });
});
