import assert from "node:assert/strict";
import { MccError } from "../../../../../protocol/error";
import { climb } from "../../../../../server/cloud/instances/readiness/ladder";
import type { ProbeTarget } from "../../../../../server/cloud/instances/readiness/probe";
import type { ExecResult } from "../../../../../server/driver/driver";
import { assertMccError } from "../../../../support/assert-error";
import { climbing } from "../../readiness/climbing";

describe("the wait for a command", () => {
  const ended = (exitCode: number, stdout = "", stderr = ""): ExecResult => ({
    exitCode,
    stdout: Buffer.from(stdout),
    stderr: Buffer.from(stderr),
    truncated: false,
  });
  const rung = { command: ["test", "-e", "/ready"] };
  const climbWith = (exec: ProbeTarget["exec"], timeoutMs?: number): Promise<void> =>
    climb([rung], climbing({ target: { address: "127.0.0.1", exec }, ...(timeoutMs && { timeoutMs }) }));

  it("ends at the first exit code 0", async () => {
    const run: string[][] = [];
    await climbWith((command) => {
      run.push([...command]);
      return Promise.resolve(ended(run.length > 2 ? 0 : 1));
    });
    assert.deepEqual(run, [rung.command, rung.command, rung.command]);
  });

  it("continues while commands cannot be run yet", async () => {
    let tries = 0;
    await climbWith(() => {
      tries += 1;
      return tries > 2 ? Promise.resolve(ended(0)) : Promise.reject(new MccError("engine", "Not yet."));
    });
  });

  it("fails at the timeout with the last output on one line, which is not logged", async () => {
    const error = await assertMccError(
      climbWith(() => Promise.resolve(ended(3, "one\ntwo\n", "\u001b[31mno\u0000 luck\n")), 50),
      "timeout",
      /"command test -e \/ready" within 0\.05 s \(last seen: exit code 3 and "one; two; .*no. luck"\)/,
    );
    assert.equal(error.confidential, true);
  });

  it("gives a command the rest of the time, and reports that it did not end", async () => {
    const limits: number[] = [];
    await assertMccError(
      climbWith((_command, timeoutMs) => {
        limits.push(timeoutMs);
        return Promise.reject(new MccError("timeout", "The command did not end."));
      }, 200),
      "timeout",
      /last seen: The command did not end\)/,
    );
    assert.ok((limits[0] ?? 0) > 100);
  });

  it("passes on an unexpected error unchanged", async () => {
    await assert.rejects(
      climbWith(() => Promise.reject(new TypeError("a defect"))),
      TypeError,
    );
  });
});
