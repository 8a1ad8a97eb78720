import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { joinRuns, type Run } from "../../isolated/runs";
import { temporaryFolders } from "../support/files/temporary-folder";
import { perTest } from "../support/per-test";

const parse = (json: unknown): string => String(json);

describe("isolated runs of one host", () => {
  const newFolder = temporaryFolders();
  const path = perTest(async () => join(await newFolder(), "runs"));
  const begin = (noted: string): Promise<Run<string>> =>
    joinRuns(path(), { note: () => Promise.resolve(noted), parse });
  /** @returns what it was given to do its work with; empty where others were left. */
  const end = async (run: Run<string>): Promise<string> => {
    let given = "";
    await run.leave((noted) => {
      given = noted;
      return Promise.resolve();
    });
    return given;
  };

  it("leave the work to the last one, with what the first one noted", async () => {
    const runs = [await begin("first"), await begin("second"), await begin("third")];
    const given = [];
    for (const run of runs) {
      given.push(await end(run));
    }
    assert.deepEqual(given, ["", "", "first"]);
    assert.equal(existsSync(path()), false);
  });

  it("have one that does the work, however they overlap", async () => {
    for (let round = 0; round < 5; round += 1) {
      const noted = String(round);
      const given = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const run = await begin(noted);
          return await end(run);
        }),
      );
      assert.ok(given.includes(noted), `one of them in round ${round}`);
      assert.equal(existsSync(path()), false);
    }
  });

  it("find the note of one that was killed before it could do the work", async () => {
    const program = `require(${JSON.stringify(require.resolve("../../isolated/runs"))})
      .joinRuns(process.argv[1], { note: async () => "killed", parse: String })
      .then(() => { console.log("joined"); setInterval(() => undefined, 1000); });`;
    const child: ChildProcess = spawn(process.execPath, ["-e", program, path()], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    assert.ok(child.stdout !== null);
    await once(child.stdout, "data");
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    assert.equal(JSON.parse(await readFile(path(), "utf8")), "killed");
    assert.equal(await end(await begin("later")), "killed");
  });

  it("take no notice of an empty file", async () => {
    await writeFile(path(), "");
    assert.equal(await end(await begin("mine")), "mine");
  });

  it("do the work later when it fails", async () => {
    const run = await begin("first");
    await assert.rejects(
      run.leave(() => Promise.reject(new Error("no luck"))),
      /no luck/,
    );
    assert.equal(await end(await begin("second")), "first");
  });
});
