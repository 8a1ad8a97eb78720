import assert from "node:assert/strict";
import { refusedFile } from "../../cli/refused-file";
import { standInDaemons } from "../support/daemons/stand-in-daemon";
import { exampleInstance } from "../support/example-instance";
import { runProgram } from "../support/programs/run-program";

function systemError(code: string, syscall: string, path?: string): Error {
  const more = path === undefined ? {} : { path };
  return Object.assign(new Error(`${code}: refused, ${syscall}`), { code, syscall, ...more });
}

describe("the message for a refused file", () => {
  for (const [code, words] of [
    ["ENOSPC", /free some space/],
    ["EDQUOT", /quota/],
    ["EROFS", /TMPDIR/],
    ["EACCES", /TMPDIR/],
    ["EPERM", /TMPDIR/],
    ["EIO", /dmesg/],
  ] as const) {
    it(`is one line that says what to do for ${code}`, () => {
      const line = refusedFile(systemError(code, "mkdtemp", "/tmp/x")) ?? "";
      assert.match(line, words);
      assert.ok(line.startsWith(`${code}: refused, mkdtemp; `), line);
    });
  }

  it("does not require a path", () => {
    assert.match(refusedFile(systemError("ENOSPC", "write")) ?? "", /free some space/);
  });

  it("is absent for a program that cannot start, a pipe or a defect", () => {
    for (const error of [
      systemError("EACCES", "spawn ssh", "ssh"),
      systemError("EPIPE", "write"),
      new TypeError("a defect"),
      undefined,
    ]) {
      assert.equal(refusedFile(error), undefined);
    }
  });
});

describe("mcc ssh without a folder for temporary files", () => {
  const newDaemon = standInDaemons();

  it("reports it in one line", async () => {
    const daemon = await newDaemon({ "instance.list": () => [exampleInstance({ simulated: false })] });
    const { exitCode, stderr } = await runProgram(["mcc", "ssh", "web"], {
      // No user can create a folder there, not even root.
      environment: { MCC_SERVER: daemon.url, TMPDIR: "/sys/kernel" },
    });
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /^mcc\S*: E(PERM|ACCES|ROFS): .*mkdtemp '\/sys\/kernel\/.*TMPDIR/);
    assert.equal(stderr.trim().split("\n").length, 1);
  });
});
