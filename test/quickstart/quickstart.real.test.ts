import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { checkout, compiled } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";
import { quickstartEnvironment } from "../support/programs/quickstart-environment";

const program = compiled("quickstart/main.js");

describe("npm run quickstart", () => {
  const newFolder = temporaryFolders();
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    environment = await quickstartEnvironment(await newFolder());
  });

  async function quickstart(...words: string[]) {
    const result = await execa(process.execPath, [program, ...words], {
      cwd: checkout,
      env: environment,
      reject: false,
      all: true,
    });
    return { output: result.all, exitCode: result.exitCode };
  }

  async function gitStatus(): Promise<string> {
    return (await execa("git", ["status", "--porcelain"], { cwd: checkout })).stdout;
  }

  for (const [driver, stateFolder] of [
    ["lxc", () => "/var/lib/minicloud/server-id"],
    [
      "simulated",
      () => join(String(environment["HOME"]), ".local", "state", "minicloud-quickstart", "server-id"),
    ],
  ] as const) {
    describe(`with the driver ${driver}`, () => {
      const words = ["--driver", driver, "--port", "18080"];
      let before: string;

      it("creates three hosts", async () => {
        before = await gitStatus();
        const { output, exitCode } = await quickstart(...words);
        assert.equal(exitCode, 0, output);
        assert.equal(output.match(/^\S+ +198\.18\.\d+\.\d+ +running/gm)?.length, 3, output);
        if (driver === "simulated") {
          assert.match(output, /exist in the daemon's memory only/);
        } else {
          assert.match(output, /ran a command on web-1-\w+, web-2-\w+, db-\w+/);
        }
      });

      it("changes nothing when it runs again", async () => {
        const { output, exitCode } = await quickstart(...words);
        assert.equal(exitCode, 0, output);
        assert.match(output, /5 unchanged/);
      });

      if (driver === "lxc") {
        it("prints a command that logs in", async () => {
          const { output } = await quickstart(...words);
          const line = /ssh -F \S+ web-\S+/.exec(output)?.[0];
          assert.ok(line !== undefined, output);
          const [command = "", ...rest] = line.split(" ");
          assert.match((await execa(command, [...rest, "hostname"])).stdout, /^web-/);
        });
      }

      it("destroys everything, and leaves the checkout unchanged", async () => {
        const { output, exitCode } = await quickstart("--destroy", ...words);
        assert.equal(exitCode, 0, output);
        assert.match(output, /5 deleted/);
        assert.equal(existsSync(stateFolder()), false);
        assert.equal(existsSync(String(environment["MCC_RUNTIME_DIR"])), false);
        assert.equal(await gitStatus(), before);
        assert.doesNotMatch((await execa("ip", ["-brief", "link"])).stdout, /mc/);
        assert.equal((await execa("nft", ["list", "tables"])).stdout, "");
      });

      it("has nothing to destroy the second time", async () => {
        const { output, exitCode } = await quickstart("--destroy", ...words);
        assert.equal(exitCode, 0, output);
        assert.match(output, /no hosts/);
      });
    });
  }

  it("refuses an unknown driver", async () => {
    const { output, exitCode } = await quickstart("--driver", "docker");
    assert.equal(exitCode, 1);
    assert.match(output, /Allowed choices are lxc, incus, simulated/);
  });
});
