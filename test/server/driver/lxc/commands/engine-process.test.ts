import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { EngineCommand } from "../../../../../server/driver/lxc/commands/command";
import { EngineProcess } from "../../../../../server/driver/lxc/commands/engine-process";
import { CommandRunner } from "../../../../../server/driver/lxc/commands/runner";
import type { Ending } from "../../../../../server/driver/lxc/commands/running-program";
import { assertMccError } from "../../../../support/assert-error";

describe("the process of an engine command", () => {
  const path = process.env["PATH"];
  let folder = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "minicloud-engine-"));
    process.env["PATH"] = `${folder}:${path}`;
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    await rm(folder, { recursive: true });
  });

  /** Makes `du` a shell script, and returns a command that runs it. */
  async function script(text: string, rest: Partial<EngineCommand> = {}): Promise<EngineCommand> {
    await writeFile(join(folder, "du"), `#!/bin/sh\n${text}\n`);
    await chmod(join(folder, "du"), 0o755);
    return { program: "du", words: ["one", "two words"], ...rest };
  }

  async function endingOf(text: string, rest: Partial<EngineCommand> = {}): Promise<Ending> {
    return await new EngineProcess(await script(text, rest)).ended;
  }

  it("gets its words, and returns its output if it is asked for", async () => {
    assert.equal((await endingOf('printf "%s|" "$@"', { answers: true })).stdout, "one|two words|");
    assert.equal((await endingOf('printf "%s|" "$@"')).stdout, "");
  });

  it("reports its exit code and what it said", async () => {
    const ending = await endingOf("echo no >&2; exit 3");
    assert.deepEqual(ending, { exitCode: 3, how: "failed with exit code 3", stdout: "", complaints: "no\n" });
  });

  it("reports the signal that ended it", async () => {
    const ending = await endingOf("kill -TERM $$");
    assert.deepEqual([ending.exitCode, ending.how], [undefined, "was ended by SIGTERM"]);
  });

  it("reports that it could not be started", async () => {
    const command = await script("exit 0");
    await writeFile(join(folder, "du"), "#!/no/such/interpreter\n");
    await assertMccError(new CommandRunner(1000).run(command), "engine", /^du failed: spawn .*ENOENT/);
  });

  it("gets text or a stream as input, and may leave it unread", async () => {
    const stream = (): Readable => Readable.from(["a", "b"]);
    assert.equal((await endingOf("cat", { answers: true, stdin: { text: "text" } })).stdout, "text");
    assert.equal((await endingOf("cat", { answers: true, stdin: { stream: stream() } })).stdout, "ab");
    const endless = Readable.from(
      (function* () {
        for (;;) {
          yield Buffer.alloc(65_536);
        }
      })(),
    );
    assert.equal((await endingOf("exit 0", { stdin: { stream: endless } })).exitCode, 0);
    assert.equal(endless.destroyed, false);
    endless.destroy();
  });

  for (const { what, error, how } of [
    { what: "cannot be read", error: new Error("bad archive"), how: "failed: bad archive" },
    { what: "is closed before its end", error: undefined, how: "failed: Premature close" },
  ]) {
    it(`is killed if its input ${what}`, async () => {
      const broken = new Readable({ read: () => undefined });
      const { ended } = new EngineProcess(await script("cat; exec sleep 60", { stdin: { stream: broken } }));
      broken.destroy(error);
      const ending = await ended;
      assert.deepEqual([ending.exitCode, ending.how], [undefined, how]);
    });
  }

  it("has only the variables that it needs", async () => {
    const { stdout } = await endingOf("/usr/bin/env", { answers: true, onlyPath: "/nothing" });
    assert.equal(/^PATH=(.*)$/m.exec(stdout)?.[1], "/nothing");
    assert.doesNotMatch(stdout, /^HOME=/m);
    assert.match((await endingOf("/usr/bin/env", { answers: true })).stdout, /^LC_ALL=C$/m);
  });

  it("is killed with the processes that it started", async () => {
    const running = new EngineProcess(await script("sleep 60 & wait", { answers: true }));
    running.kill();
    // The pipe of its output is closed when the last of them has ended.
    assert.equal((await running.ended).how, "was ended by SIGKILL");
  });

  it("ends at its time limit, with an error that names it", async () => {
    await assertMccError(
      new CommandRunner(50).run(await script("exec sleep 60")),
      "timeout",
      /^du did not end within 0\.05 s and was killed\.$/,
    );
  });
});
