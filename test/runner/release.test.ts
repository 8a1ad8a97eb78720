import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import * as z from "zod";
import { packageVersion } from "../../protocol/package-version";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";

async function yaml(path: string): Promise<unknown> {
  return parse(await readFile(join(checkout, path), "utf8"));
}

async function run(script: string, ...words: string[]) {
  const all = await execa(process.execPath, [join(checkout, script), ...words], { reject: false, all: true });
  return { exitCode: all.exitCode, output: all.all };
}

describe("the checks before a release", function () {
  this.timeout(60_000);
  const newFolder = temporaryFolders();

  it("print what the changelog has about this version, and refuse another one", async () => {
    const own = await run("scripts/release-notes.mjs", packageVersion());
    assert.equal(own.exitCode, 0);
    assert.match(own.output, /^### /);
    assert.doesNotMatch(own.output, /^## /m);
    assert.deepEqual(await run("scripts/release-notes.mjs", "0.0.1"), {
      exitCode: 1,
      output: `release-notes: The release 0.0.1 is not the version of package.json, ${packageVersion()}; set the tag to that.`,
    });
  });

  it("find a mistake in a workflow", async () => {
    const file = join(await newFolder(), "ci.yml");
    const steps = "name: x\non: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n";
    await writeFile(file, `${steps}      - run: echo \${{ github.nothing_such }}\n`);
    const { exitCode, output } = await run("test/runner/workflows.mjs", file);
    assert.equal(exitCode, 1);
    assert.match(output, /ci\.yml:7:\d+: property "nothing_such" is not defined/);
  });

  it("have workflows that use the action with its own inputs, and updates of folders that exist", async () => {
    const jobs = z.record(
      z.string(),
      z.object({ steps: z.array(z.object({ uses: z.string().optional(), with: z.unknown().optional() })) }),
    );
    const { action } = z.object({ jobs }).parse(await yaml(".github/workflows/ci.yml")).jobs;
    const own = action?.steps.find(({ uses }) => uses === "./.github/actions/minicloud");
    const { inputs } = z
      .object({ inputs: z.record(z.string(), z.unknown()) })
      .parse(await yaml(".github/actions/minicloud/action.yml"));
    const given = Object.keys(z.record(z.string(), z.unknown()).parse(own?.with));
    assert.deepEqual(
      given.filter((name) => !(name in inputs)),
      [],
    );

    const update = z.object({
      directory: z.string().optional(),
      directories: z.array(z.string()).default([]),
    });
    const { updates } = z.object({ updates: z.array(update) }).parse(await yaml(".github/dependabot.yml"));
    const folders = updates.flatMap(({ directory, directories }) => [
      ...directories,
      ...(directory ? [directory] : []),
    ]);
    assert.ok(folders.length > 0);
    assert.deepEqual(
      folders.filter((folder) => !existsSync(join(checkout, folder))),
      [],
    );
  });

  it("have templates for issues that GitHub accepts", async () => {
    const template = z.object({
      name: z.string(),
      description: z.string(),
      body: z.array(
        z.object({ type: z.enum(["markdown", "textarea"]), attributes: z.record(z.string(), z.string()) }),
      ),
    });
    for (const name of ["bug_report", "feature_request"]) {
      const { body } = template.parse(await yaml(`.github/ISSUE_TEMPLATE/${name}.yml`));
      const fields = body.filter(({ type }) => type === "textarea");
      assert.ok(
        fields.every(({ attributes }) => attributes["label"] !== undefined),
        name,
      );
    }
  });
});
