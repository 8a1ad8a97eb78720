import assert from "node:assert/strict";
import { execa } from "execa";
import { compiled } from "../support/checkout";

const main = compiled("bench/main.js");
/** Something that cannot be run takes the place of a program, for the command that follows. */
const without = (program: string) => ["sh", "-c", `mount --bind /dev/null ${program} && exec "$@"`, "sh"];

describe("the bench in its namespaces", () => {
  it("reports the measurement that this host lacks something for, in JSON alone on standard output", async () => {
    const { exitCode, stdout, stderr } = await execa(
      "unshare",
      [
        ...["--mount", "--propagation", "private", ...without("/bin/bash-static")],
        ...[process.execPath, main, "openvz", "--rounds=1", "--json"],
      ],
      { reject: false, timeout: 60_000 },
    );
    assert.equal(exitCode, 1, stderr);
    const [result, ...others] = JSON.parse(stdout) as { measurement: string; error: string }[];
    assert.deepEqual(others, []);
    assert.equal(result?.measurement, "openvz");
    assert.match(result.error, /apt-get install bash-static$/);
    assert.match(stderr, /^bench: openvz failed: /m);
  });
});
