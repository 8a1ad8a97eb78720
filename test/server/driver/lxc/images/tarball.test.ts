import assert from "node:assert/strict";
import { type ErrorCode, MccError } from "../../../../../protocol/error";
import { blamesTarball, unpackingFailure } from "../../../../../server/driver/lxc/images/tarball";

describe("a tarball", () => {
  for (const { code, message, blames } of [
    { code: "engine", message: "tar: This does not look like a tar archive", blames: true },
    { code: "engine", message: "tar: Unexpected EOF in archive", blames: true },
    { code: "engine", message: "failed with exit code 2: tar: a: Cannot mkdir: File exists", blames: true },
    { code: "engine", message: "tar: write error: No space left on device", blames: false },
    { code: "engine", message: "tar: a: Cannot open: Permission denied", blames: false },
    { code: "engine", message: "tar: a: Wrote only 9728 of 10240 bytes", blames: false },
    { code: "engine", message: "lxc-usernsexec failed with exit code 1: no luck today", blames: false },
    { code: "timeout", message: "tar: Unexpected EOF in archive", blames: false },
  ] satisfies { code: ErrorCode; message: string; blames: boolean }[]) {
    it(`is ${blames ? "" : "not "}to blame for ${code} "${message}"`, () => {
      assert.equal(blamesTarball(new MccError(code, message)), blames);
    });
  }

  for (const { message, code } of [
    { message: "tar: a: Cannot mkdir: File exists", code: "invalid" },
    { message: "tar: a: Wrote only 512 of 10240 bytes: No space left on device", code: "exhausted" },
    { message: "no luck today", code: "engine" },
  ] as const) {
    it(`that fails with "${message}" is reported as ${code}`, () => {
      const failure = unpackingFailure(new MccError("engine", message), "/images/a.tar", "/");
      assert.ok(MccError.isInstance(failure));
      assert.equal(failure.code, code);
      assert.ok(failure.message.startsWith(`/images/a.tar cannot be unpacked: ${message}`), failure.message);
    });
  }

  it("is not mentioned in a failure that is not an MccError", () => {
    const error = new Error("broken");
    assert.equal(unpackingFailure(error, "/images/a.tar", "/"), error);
  });
});
