import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runMccserver } from "../support/daemons/run-mccserver";
import { temporaryFolders } from "../support/files/temporary-folder";
import { certificateFiles, tlsFixture } from "../support/http/certificate";

describe("mccserver's command line", () => {
  const newFolder = temporaryFolders();

  it("exits with 2 after a usage error, and reports it on one line", async () => {
    const { exitCode, stdout, stderr } = await runMccserver(["-f", "--no-such"]);
    assert.deepEqual([exitCode, stdout, stderr], [2, "", "error: unknown option '--no-such'"]);
  });

  it("is explained by --help, with examples", async () => {
    const { exitCode, stdout } = await runMccserver(["--help"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /--state-dir <folder>[\s\S]*Examples:\n +mccserver /);
  });

  it("prints the version", async () => {
    const { exitCode, stdout } = await runMccserver(["--version"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+/);
  });

  it("reports that the simulated driver needs nothing", async () => {
    const { exitCode, stdout } = await runMccserver(["--check", "--driver", "simulated"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /has everything that the driver "simulated" needs/);
  });

  it("checks the certificate too", async () => {
    const words = ["--check", "--driver", "simulated", "--tls-cert", tlsFixture("expired.pem"), "--tls-key"];
    const { exitCode, stderr } = await runMccserver([...words, tlsFixture("second-key.pem")]);
    assert.equal(exitCode, 0);
    assert.match(stderr, /^mccserver: The TLS certificate expired on 2021-01-01/);
    const { exitCode: refused, stderr: why } = await runMccserver([...words, certificateFiles.key]);
    assert.equal(refused, 1);
    assert.match(why, /key\.pem does not belong to the certificate .*expired\.pem/);
  });

  for (const words of [["--check"], ["-f"], []]) {
    it(`lists what LXC lacks, each with its remedy (${words.join(" ") || "in the background"})`, async () => {
      const folder = join(await newFolder(), "state");
      const all = [...words, "--driver", "lxc", "--state-dir", folder, "-p", "0"];
      const { exitCode, stdout, stderr } = await runMccserver(all, { PATH: "/nonexistent" });
      assert.equal(exitCode, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /^mccserver: the driver "lxc" cannot work on this machine\.\n/);
      assert.match(stderr, /\n {2}lacking {2}.*lxc.*\n {2}remedy {3}\S/);
      assert.match(stderr, /mccserver --driver simulated$/);
      assert.ok(!existsSync(folder), "nothing is left");
    });
  }

  it("does not touch a folder that is not a daemon's", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "thesis.tex"), "");
    for (const words of [["-f", "-p", "0"], ["--purge"]]) {
      const all = [...words, "--driver", "simulated", "--state-dir", folder];
      const { exitCode, stderr } = await runMccserver(all);
      assert.equal(exitCode, 1);
      assert.match(stderr, /not a daemon's: it has "thesis\.tex"/);
    }
    assert.ok(existsSync(join(folder, "thesis.tex")));
  });

  it("prints the remedy if the state folder cannot be created", async () => {
    const words = ["--driver", "simulated", "--state-dir", "/dev/null/state", "-p", "0"];
    for (const foreground of [["-f"], []]) {
      const { exitCode, stderr } = await runMccserver([...words, ...foreground]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /^mccserver: ENOTDIR.*\/dev\/null\/state.*; choose a folder with --state-dir\.$/);
    }
  });

  it("fails if the file system does not support folders", async () => {
    for (const foreground of [["-f"], []]) {
      const { exitCode, stderr } = await runMccserver([
        ...["--driver", "simulated", "--state-dir", "/proc/minicloud/state", "-p", "0"],
        ...foreground,
      ]);
      assert.equal(exitCode, 1);
      assert.equal(
        stderr,
        "mccserver: No folder can be created in /proc because its file system does not support it. Choose another folder with --state-dir.",
      );
    }
  });

  const badFiles: [string, string, string[], RegExp][] = [
    ["instance types that are not JSON", "basic", ["--types"], /is not JSON/],
    ["instance types in another form", '[{"name": "A B"}]', ["--types"], /row 1 \(A B\): name is "A B"/],
    ["an invalid certificate", "x", ["--tls-cert", "--tls-key"], /TLS certificate and key cannot be used/],
  ];
  for (const [title, content, options, message] of badFiles) {
    it(`refuses ${title}`, async () => {
      const folder = await newFolder();
      const file = join(folder, "file");
      await writeFile(file, content);
      const words = options.flatMap((option) => [option, file]);
      const all = ["-f", "--driver", "simulated", "--state-dir", join(folder, "state"), "-p", "0", ...words];
      const { exitCode, stderr } = await runMccserver(all);
      assert.equal(exitCode, 1);
      assert.match(stderr.split("\n").at(-1) ?? "", message);
    });
  }

  it("purges a missing folder without an error", async () => {
    const folder = join(await newFolder(), "state");
    const { exitCode, stdout } = await runMccserver(["--purge", "--state-dir", folder]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /missing; nothing to remove/);
  });
});
