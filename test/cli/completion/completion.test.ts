import assert from "node:assert/strict";
import { chmod, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { programPath, runProgram } from "../../support/programs/run-program";

describe("completion", function () {
  this.timeout(30_000);
  const newDaemon = inProcessDaemons();
  const newFolder = temporaryFolders();
  let daemon: InProcessDaemon;

  before(async () => {
    daemon = await newDaemon();
    const client = daemon.client;
    await client.call("instance.create", { name: "web" });
    await client.call("fleet.apply", { name: "load", count: 1 });
  });

  /** Returns the completions of a command line whose last word is incomplete. */
  async function offered(...words: string[]): Promise<string[]> {
    const run = await runProgram(["mcc", "complete", "--", ...words], {
      environment: daemon.environment,
    });
    assert.deepEqual([run.exitCode, run.stderr], [0, ""]);
    return run.stdout === "" ? [] : run.stdout.split("\n").map((line) => line.replace(/\t.*/, ""));
  }

  it("offers commands, options, and names from the daemon", async () => {
    assert.deepEqual(await offered("list-i"), ["list-instances", "list-images", "list-instance-types"]);
    assert.ok(!(await offered("")).includes("complete"));
    assert.deepEqual(await offered("add-key", "--"), ["--name", "--public-key"]);
    assert.deepEqual(await offered("stop", "--g"), ["--grace"]);
    assert.deepEqual(await offered("run-instances", "-n", "a", "-i", ""), ["micro"]);
    assert.deepEqual(await offered("run-instances", "--instance-type", "li"), ["light"]);
    assert.deepEqual(await offered("run-instances", "--image=m"), ["--image=micro"]);
    assert.deepEqual(await offered("list-instances", "--fleet="), ["--fleet=load"]);
    assert.deepEqual(await offered("extend", ""), ["web", "load-1", "load"]);
    assert.deepEqual(await offered("ssh", "-l", "root", "w"), ["web"]);
    assert.deepEqual(await offered("stop", "web", ""), ["load-1"]);
    assert.deepEqual(await offered("destroy-instance", "-i", "web", "load-1", ""), []);
    assert.deepEqual(await offered("completion", "z"), ["zsh"]);
  });

  it("offers help and the global options in addition to the commands", async () => {
    assert.deepEqual(await offered("he"), ["help"]);
    assert.deepEqual(await offered("help", "ssh"), ["ssh", "ssh-config"]);
    assert.deepEqual(await offered("help", "ssh", ""), []);
    assert.deepEqual(await offered("--"), ["--help", "--version"]);
  });

  it("offers instances and files where a path of either kind is allowed", async () => {
    assert.deepEqual(await offered("cp", ""), ["web:", "load-1:", ":files"]);
    assert.deepEqual(await offered("cp", "-r", "we"), ["web:", ":files"]);
    assert.deepEqual(await offered("cp", "web:/e"), []);
  });

  it("leaves files to the shell, and offers nothing for free text", async () => {
    assert.deepEqual(await offered("run-instances", "--user-data="), [":files"]);
    assert.deepEqual(await offered("add-key", "-p", "~/"), [":files"]);
    assert.deepEqual(await offered("run-instances", "-n", ""), []);
    assert.deepEqual(await offered("exec", "web", "l"), []);
    assert.deepEqual(await offered("nonsense", ""), []);
  });

  it("works in bash, for mcc and for mcc-*", async () => {
    const folder = await newFolder();
    await symlink(programPath("mcc"), join(folder, "mcc"));
    await chmod(programPath("mcc"), 0o755);
    const script = join(folder, "completion.bash");
    await writeFile(script, (await runProgram(["mcc", "completion", "bash"])).stdout);
    // Bash splits a line into words at blanks, and also at = and :.
    const complete = async (...words: string[]): Promise<string> => {
      const code =
        'source "$1"; shift; compopt() { :; }; COMP_LINE=$1 COMP_POINT=${#1}; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _mcc; echo "${COMPREPLY[*]}"';
      const line = words
        .join(" ")
        .replace(/ ([=:])/g, "$1")
        .replace(/=(?: (?=\S))/g, "=");
      const pieces = [script, line, ...words];
      const environment = { ...daemon.environment, PATH: `${folder}:${process.env.PATH}` };
      // If its standard input is a socket, bash acts as a remote shell and reads the user's own startup file.
      const { stdout, stderr } = await execa("bash", ["--norc", "-c", code, "bash", ...pieces], {
        env: environment,
        cwd: folder,
      });
      assert.equal(stderr, "");
      return stdout;
    };
    const lines: [words: string[], offered: string][] = [
      [["mcc", "run"], "run-instances run-fleet"],
      [["/usr/bin/mcc-destroy-instance", "-i", ""], "web load-1"],
      [["mcc", "run-instances", "--image", "=", "m"], "micro"],
      [["mcc", "list-instances", "--fleet", "="], "load"],
      [["mcc", "cp", "load-1", ":", "we"], "web:"],
    ];
    assert.deepEqual(
      await Promise.all(lines.map(([words]) => complete(...words))),
      lines.map(([, offers]) => offers),
    );
    await writeFile(join(folder, "web site"), "");
    assert.equal(await complete("mcc", "cp", "we"), "web: web\\ site");
  });

  it("covers every program in every shell", async () => {
    const lines = {
      bash: /^complete -F _mcc mcc mcc-run-instances .*mcc-list-instance-types$/m,
      zsh: /^compdef _mcc mcc mcc-run-instances .*mcc-list-instance-types$/m,
      fish: /^for program in mcc mcc-run-instances .*mcc-list-instance-types$/m,
    };
    for (const [shell, line] of Object.entries(lines)) {
      assert.match((await runProgram(["mcc", "completion", shell])).stdout, line);
    }
  });
});
