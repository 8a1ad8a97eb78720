import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { MccError } from "../../../../protocol/error";
import {
  asEngineFault,
  asFileSystemFault,
  isFileSystemFault,
  namingFileSystem,
} from "../../../../server/support/files/file-system-fault";

function systemError(code: string, syscall: string, path?: string): Error {
  return Object.assign(new Error(`${code}: it failed, ${syscall}`), { code, syscall, errno: -1, path });
}

describe("an error of a file system", () => {
  for (const [code, expected, words] of [
    ["ENOSPC", "exhausted", /has no (space|inodes) left/],
    ["EDQUOT", "exhausted", /quota/],
    ["EROFS", "unavailable", /is read-only/],
    ["EACCES", "unavailable", /does not permit it/],
    ["EPERM", "unavailable", /does not permit it/],
    ["EIO", "unavailable", /input\/output error/],
    ["ESTALE", "unavailable", /lost the file/],
  ] as const) {
    it(`${code} is ${expected}, and names path and file system`, () => {
      const path = `${tmpdir()}/record`;
      for (const error of [
        asFileSystemFault(systemError(code, "open", path)),
        asFileSystemFault(systemError(code, "write"), path),
      ]) {
        assert.ok(MccError.hasCode(error, expected));
        assert.match(error.message, words);
        assert.ok(error.message.startsWith(`${path} cannot be `), error.message);
        assert.match(error.message, /the file system \/\S* \(\w+\) /);
      }
    });
  }

  for (const [code, words] of [
    ["EISDIR", /^\/x\/record cannot be used: a folder is in the place of a file; move it away/],
    ["EEXIST", /^\/x\/record cannot be used: another entry is in its place; move it away/],
    [
      "ENXIO",
      /^\/x\/record cannot be used: a socket, or a FIFO without a reader, is in the place of a file;/,
    ],
    ["ENOTDIR", /^\/x\/record cannot be used: a file is in the place of a folder; move it away/],
  ] as const) {
    it(`${code} is unavailable, and names what is in the file's place`, () => {
      const error = asFileSystemFault(systemError(code, "open", "/x/record"));
      assert.ok(MccError.hasCode(error, "unavailable"));
      assert.match(error.message, words);
      assert.equal(isFileSystemFault(error), true);
    });
  }

  it("is reported without a path, too", () => {
    const error = asFileSystemFault(systemError("ENOSPC", "write"));
    assert.ok(MccError.hasCode(error, "exhausted"));
    assert.match(error.message, /^A file cannot be written \(ENOSPC: .*has no space left/);
  });

  it("is not that of a port, a program or a missing file", () => {
    for (const error of [
      systemError("EACCES", "listen"),
      systemError("EACCES", "spawn flock"),
      systemError("ENOENT", "open", "/x"),
      new Error("ENOSPC"),
    ]) {
      assert.equal(asFileSystemFault(error), error);
      assert.equal(isFileSystemFault(error), false);
    }
  });

  it("is found in the causes of other errors", async () => {
    const fault = await namingFileSystem("/x", () => Promise.reject(systemError("EROFS", "write"))).catch(
      (error: unknown) => error,
    );
    const wrapped = new MccError("unavailable", "it failed", {
      cause: new Error("a step", { cause: fault }),
    });
    assert.equal(isFileSystemFault(wrapped), true);
  });
});

describe("an engine's message about a file system", () => {
  const failure = (words: string, code: "engine" | "timeout" = "engine") =>
    new MccError(code, `tar failed: ${words}.`);

  it("no space on one that has room: exhausted, and no file system is called full", () => {
    const error = asEngineFault(failure("./x: Cannot write: No space left on device"), ["/proc"]);
    assert.equal(error.code, "exhausted");
    assert.match(
      error.message,
      /^tar failed: .*No space left on device\. The file system \/proc \(proc\) has room now/,
    );
  });

  it("read-only: unavailable", () => {
    const error = asEngineFault(failure("Read-only file system"), [tmpdir()]);
    assert.equal(error.code, "unavailable");
    assert.match(error.message, /The file system \S+ \(\w+\) is read-only/);
  });

  it("anything else, or a command that took too long: unchanged", () => {
    for (const error of [
      failure("Device or resource busy"),
      failure('Failed to mount "/x" on "/y"'),
      failure("No space left on device", "timeout"),
    ]) {
      assert.equal(asEngineFault(error, ["/"]), error);
    }
  });
});
