import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { commandTable } from "../../cli/command-table";
import { packageVersion } from "../../protocol/package-version";
import { checkout } from "../support/checkout";
import { runProcess } from "../support/programs/run-program";

describe("the programs of the package", () => {
  it("are mcc and one for each command of the first MiniCloud", async () => {
    const text = await readFile(join(checkout, "package.json"), "utf8");
    const { bin } = z.object({ bin: z.record(z.string(), z.string()) }).parse(JSON.parse(text));
    const standalone = commandTable.filter((command) => command.standalone).map(({ name }) => `mcc-${name}`);
    const programs = ["mcc", ...standalone];
    assert.equal(programs.length, 9);
    const ours = Object.entries(bin).filter(([name]) => name.startsWith("mcc") && name !== "mccserver");
    assert.deepEqual(
      Object.fromEntries(ours),
      Object.fromEntries(programs.map((name) => [name, `./dist/programs/bin/${name}.js`])),
    );
    assert.deepEqual((await readdir(join(checkout, "bin"))).sort(), programs.sort());
  });

  it("start as processes and print their version", async function () {
    this.timeout(30_000);
    const programs = commandTable.filter((command) => command.standalone).map(({ name }) => `mcc-${name}`);
    const runs = await Promise.all(["mcc", ...programs].map((name) => runProcess([name, "--version"])));
    assert.deepEqual(
      runs,
      runs.map(() => ({ exitCode: 0, stdout: packageVersion(), stderr: "" })),
    );
  });
});
