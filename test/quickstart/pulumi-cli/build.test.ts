import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildFromModule, builtVersion, goVersion } from "../../../quickstart/pulumi-cli/build";
import { assertMccError } from "../../support/assert-error";
import { withEnvironment } from "../../support/environment";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("the build of a Pulumi CLI", () => {
  const newFolder = temporaryFolders();
  let folder: string;

  beforeEach(async () => {
    folder = await newFolder();
  });

  withEnvironment(() => ({ PATH: `${join(folder, "go")}:/usr/bin:/bin` }));

  /** Creates a `go` that runs this script; `$4` is the file to build. */
  async function fakeGo(script: string): Promise<void> {
    await mkdir(join(folder, "go"));
    const path = join(folder, "go", "go");
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }

  it("puts the CLI, a language host and the script for dynamic providers into one folder", async () => {
    await fakeGo(`pwd > "$4"; echo "$@" >> "$4"`);
    await buildFromModule(folder, () => undefined);
    const bin = join(folder, "bin");
    const programs = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];
    assert.deepEqual((await readdir(bin)).sort(), ["pulumi", ...programs]);
    for (const program of programs) {
      assert.equal((await stat(join(bin, program))).mode & 0o777, 0o755);
      assert.match(await readFile(join(bin, program), "utf8"), /^#!/);
    }
    const asked = await readFile(join(bin, "pulumi"), "utf8");
    assert.match(asked, /quickstart\/pulumi-cli\n/);
    assert.ok(asked.includes(`version.Version=v${builtVersion} `));
  });

  it("fails with the last message of go", async () => {
    await fakeGo("echo some/package >&2; echo 'go: no network' >&2; exit 1");
    await assertMccError(
      buildFromModule(folder, () => undefined),
      "unavailable",
      /Building the Pulumi CLI from its Go module failed: go: no network$/,
    );
  });

  it("finds the version of go, or that go is not installed", async () => {
    await fakeGo("echo go1.25.8");
    assert.equal(await goVersion(), "go1.25.8");
    process.env["PATH"] = join(folder, "empty");
    assert.equal(await goVersion(), undefined);
  });
});
