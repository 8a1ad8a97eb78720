import assert from "node:assert/strict";
import { type ErrorCode, MccError } from "../../protocol/error";

/** Asserts that the promise fails with an MccError with this code and a matching message. */
export async function assertMccError(
  promise: Promise<unknown>,
  code: ErrorCode,
  message: RegExp,
): Promise<MccError> {
  const error: unknown = await promise.then(
    (value) => assert.fail(`expected an error with the code "${code}", got ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(MccError.isInstance(error), `expected an MccError, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  assert.doesNotMatch(error.message, /\n/, "a message is one line");
  return error;
}
