import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { shellQuote } from "../../../server/driver/shell-quote";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { captureIo } from "../../support/programs/captured-io";
import { programPath, runWith } from "../../support/programs/run-program";
import { eventually } from "../../support/time/eventually";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0dhl+kGYvZKYG8FBh13NiG2zQ/KNfxHUWLieg1ciKx me";

describe("mcc at a terminal", function () {
  this.timeout(30_000);
  const newDaemon = inProcessDaemons();
  const newFolder = temporaryFolders();
  let daemon: InProcessDaemon;
  let home: string;

  beforeEach(async () => {
    [daemon, home] = await Promise.all([newDaemon(), newFolder()]);
    const { client } = daemon;
    await client.call("instance.create", { name: "a-name-of-many-letters" });
    await client.call("instance.create", { name: "db" });
    await client.call("instance.stop", { instance: "db" });
  });

  interface Setting {
    readonly environment?: NodeJS.ProcessEnv;
    readonly columns?: number;
  }

  const environmentWith = (more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
    ...daemon.environment,
    HOME: home,
    TERM: "xterm",
    NO_COLOR: undefined,
    ...more,
  });

  /**
   * Returns everything that is sent to the terminal.
   *
   * @param typed the answer to a question of the program.
   */
  async function see(
    words: string,
    typed = "",
    { environment = {}, columns = 45 }: Setting = {},
  ): Promise<string> {
    const { io, stdin, screen } = captureIo({ environment: environmentWith(environment), columns });
    const run = runWith(["mcc", ...words.split(" ")], io);
    if (typed !== "") {
      await Promise.race([run, eventually(() => screen().includes("[y/N]"), "it asks")]);
      stdin.write(typed);
    }
    await run;
    return screen().replaceAll("\r\n", "\n");
  }

  /** Does the same with a process at a real terminal, which script(1) creates. */
  async function seeProcess(
    words: string,
    typed = "",
    { environment = {}, columns = 45 }: Setting = {},
  ): Promise<string> {
    const command = `stty -echo cols ${columns}; ${shellQuote([process.execPath, programPath("mcc")])} ${words}`;
    const program = execa("script", ["-qec", command, "/dev/null"], {
      env: environmentWith(environment),
      reject: false,
      timeout: 20_000,
    });
    program.stdout.on("data", (seen: Buffer) => {
      if (seen.includes("[y/N]")) {
        program.stdin.write(typed);
      }
    });
    return (await program).stdout.replaceAll("\r\n", "\n");
  }

  async function names(): Promise<string[]> {
    return (await daemon.client.call("instance.list", {})).map(({ name }) => name);
  }

  it("prints tables that fit and have colours, and says which rows it omits", async () => {
    const seen = await seeProcess("list-instances");
    assert.match(seen, /^500 {2}a-name-of-m… {2}\u001b\[32mrunning\u001b\[39m {2}198\.18\.0\.2 {2}micro$/m);
    assert.match(seen, /1 more are not shown; add -a to show them\./);
    const plain = { environment: { NO_COLOR: "1" } };
    assert.doesNotMatch(await seeProcess("list-instances -a", "", plain), /\u001b|not shown/);
  });

  it("prints the columns that fit, in lines that are no longer than the terminal", async () => {
    const headings: [columns: number, headings: string][] = [
      [80, "ID NAME STATUS ADDRESS IMAGE TYPE KEYS TTL OWNER"],
      [60, "ID NAME STATUS ADDRESS IMAGE TYPE KEYS TTL"],
      [50, "ID NAME STATUS ADDRESS IMAGE TYPE"],
      [28, "ID NAME ST… ADDRESS"],
    ];
    for (const [columns, expected] of headings) {
      const plain = { environment: { NO_COLOR: "1" }, columns };
      const lines = (await see("list-instances -a", "", plain)).trimEnd().split("\n");
      assert.equal(lines[0]?.trimEnd().replace(/ +/g, " "), expected);
      assert.equal(lines.length, 3);
      assert.ok(lines.every(({ length }) => length <= columns));
    }
  });

  it("keeps progress on one line of a narrow terminal", async () => {
    const seen = await see("run-instances -c 2 -q", "", { columns: 15 });
    assert.match(seen, /^\r0 of 2 instan…\u001b\[K\r/);
    const shown = seen.split("\r").map((part) => part.replace(/\u001b\[K.*/s, ""));
    assert.ok(
      shown.every(({ length }) => length < 15),
      seen,
    );
  });

  it("counts several creations in one line", async () => {
    assert.match(
      await see("run-instances -c 2 -q"),
      /0 of 2 instances ready\u001b\[K\r1 of 2 .*\r2 of 2 .*\r\u001b\[K502/,
    );
  });

  it("asks before it destroys all instances", async () => {
    // Ctrl-C and Ctrl-D come last.
    const answers = ["n\n", "\n", "\u0003", "\u0004"];
    const seen = answers.flatMap((typed) => [
      see("destroy-instance --all", typed),
      seeProcess("destroy-instance --all", typed),
    ]);
    for (const text of await Promise.all(seen)) {
      assert.match(text, /Destroy all 2 instances of .*\? \[y\/N\][^\n]*\nmcc: Nothing was destroyed\.$/m);
    }
    assert.equal((await names()).length, 2);
    assert.match(
      await seeProcess("destroy-instance --all", "yes\n"),
      /500 \(a-name-of-many-letters\) destroyed/,
    );
    assert.deepEqual(await names(), []);
  });

  it("names the only instance in the question", async () => {
    await daemon.client.call("instance.destroy", { instance: "db" });
    assert.match(
      await see("destroy-instance --all", "n\n"),
      /Destroy 500 \(a-name-of-many-letters\), the only instance of http:\S+\? \[y\/N\]/,
    );
  });

  it("offers the user's own key", async () => {
    await mkdir(join(home, ".ssh"));
    await writeFile(join(home, ".ssh", "id_ed25519.pub"), publicKey);
    assert.match(
      await see("add-key -n me", "\n"),
      /Use .*id_ed25519\.pub \(SHA256:\S+ me\)\? .*No public key was given/s,
    );
    assert.match(await see("add-key -n me", "y\n"), /me SHA256:\S+ added/);
  });
});
