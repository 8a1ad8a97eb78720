import assert from "node:assert/strict";
import { execa } from "execa";
import { shellQuote } from "../../../server/driver/shell-quote";
import { standInDaemons } from "../../support/daemons/stand-in-daemon";
import { exampleInstance } from "../../support/example-instance";
import { programPath } from "../../support/programs/run-program";

const many = Array.from({ length: 300 }, (_, index) =>
  exampleInstance({ id: 500 + index, name: `web-${index}` }),
);

describe("a command with broken output", function () {
  this.timeout(30_000);
  const newDaemon = standInDaemons();

  /** @param where where the shell sends the output: a pipe or a file. @returns standard error. */
  async function run(server: string, words: string, where: string): Promise<string> {
    const program = `${shellQuote([process.execPath, programPath("mcc")])} ${words}`;
    const command = `{ ${program}; echo "exit code $?" >&2; } ${where}`;
    const environment = { MCC_SERVER: server, MCC_TOKEN: undefined };
    const { stderr } = await execa("sh", ["-c", command], { env: environment, timeout: 20_000 });
    return stderr;
  }

  it("completes its work if its reader ends early", async () => {
    const destroyed = new Set<unknown>();
    const daemon = await newDaemon({
      "instance.list": () => many,
      "instance.destroy": ({ instance }) => {
        destroyed.add(instance);
        return { destroyed: true };
      },
    });
    const stderr = await run(daemon.url, "destroy-instance --all -y", "| head -n 1");
    assert.equal(stderr, "exit code 0");
    assert.equal(destroyed.size, many.length);
  });

  it("completes its work if its messages are not read either", async () => {
    const daemon = await newDaemon({
      "instance.log": () => ({ running: false, exitCode: 0, output: "", truncated: true }),
    });
    assert.equal(await run(daemon.url, "logs web 2>&1", "| true"), "exit code 0");
  });

  it("fails with one line if the disk is full", async () => {
    const daemon = await newDaemon({ "instance.list": () => many });
    assert.match(
      await run(daemon.url, "list-instances", ">/dev/full"),
      /^mcc: Writing the output failed: ENOSPC: no space left on device, write\.\nexit code 1$/,
    );
  });
});
