import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findOnPath, findUnder } from "../../../quickstart/pulumi-cli/find";
import { withEnvironment } from "../../support/environment";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("the search for a Pulumi CLI", () => {
  const newFolder = temporaryFolders();
  let folder: string;

  beforeEach(async () => {
    folder = await newFolder();
  });

  withEnvironment(() => ({ PATH: `${join(folder, "path", "bin")}:/usr/bin:/bin` }));

  /** Creates a folder with a CLI that runs this script, by default with a language host. */
  async function makeCli(name: string, script: string, languageHost = true): Promise<string> {
    const bin = join(folder, name, "bin");
    await mkdir(bin, { recursive: true });
    const programs = [
      ["pulumi", script] as const,
      ...(languageHost ? [["pulumi-language-nodejs", ""] as const] : []),
    ];
    for (const [program, body] of programs) {
      await writeFile(join(bin, program), `#!/bin/sh\n${body}\n`);
      await chmod(join(bin, program), 0o755);
    }
    return bin;
  }

  it("uses the CLI on PATH", async () => {
    const binFolder = await makeCli("path", "echo v3.231.0");
    assert.deepEqual(await findOnPath(), { binFolder, version: "3.231.0" });
  });

  it("ignores a CLI on PATH that is too old or broken, or has no language host", async () => {
    for (const [script, languageHost] of [
      ["echo v3.99.0", true],
      ["exit 1", true],
      ["echo hello", true],
    ] as const) {
      await makeCli("path", script, languageHost);
      assert.equal(await findOnPath(), undefined, script);
    }
  });

  it("uses the newest working version", async () => {
    await makeCli("versions/3.205.0", "echo v3.205.0");
    const binFolder = await makeCli("versions/3.210.0", "echo v3.210.0");
    await makeCli("versions/3.1000.0", "exit 1");
    await makeCli("versions/3.999.0", "echo v3.999.0", false);
    await makeCli("versions/.unfinished-1", "echo v4.0.0");
    assert.deepEqual(await findUnder(join(folder, "versions")), { binFolder, version: "3.210.0" });
  });

  it("finds nothing without a folder of versions", async () => {
    assert.equal(await findUnder(join(folder, "none")), undefined);
  });
});
