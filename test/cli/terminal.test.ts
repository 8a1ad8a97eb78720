import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type TestDaemon, testDaemons } from "../support/daemon";
import { environmentFor, programPath } from "../support/run-program";
import { temporaryFolders } from "../support/temporary-folder";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0dhl+kGYvZKYG8FBh13NiG2zQ/KNfxHUWLieg1ciKx me";

describe("at a terminal", function () {
  this.timeout(30_000);
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();
  let daemon: TestDaemon;
  let home: string;

  beforeEach(async () => {
    [daemon, home] = await Promise.all([newDaemon(), newFolder()]);
    await daemon.start();
    const client = await daemon.client();
    await client.call("instance.create", { name: "a-name-of-many-letters" });
    await client.call("instance.create", { name: "db" });
    await client.call("instance.stop", { instance: "db" });
  });

  /**
   * All that appears on a terminal; script(1) makes the terminal.
   *
   * @param typed as the answer once a question has been asked.
   */
  async function see(
    words: string,
    typed = "",
    environment: NodeJS.ProcessEnv = {},
    columns = 45,
  ): Promise<string> {
    const command = `stty -echo cols ${columns}; "${process.execPath}" "${programPath("mcc")}" ${words}`;
    const program = execa("script", ["-qec", command, "/dev/null"], {
      env: { ...environmentFor(daemon), HOME: home, TERM: "xterm", NO_COLOR: undefined, ...environment },
      ...{ reject: false, timeout: 20_000 },
    });
    program.stdout.on("data", (seen: Buffer) => {
      if (seen.includes("[y/N]")) {
        program.stdin.write(typed);
      }
    });
    return (await program).stdout.replaceAll("\r\n", "\n");
  }

  async function names(): Promise<string[]> {
    return (await (await daemon.client()).call("instance.list", {})).map(({ name }) => name);
  }

  it("tables fit, have colours, and say what they leave out", async () => {
    const seen = await see("list-instances");
    assert.match(seen, /^500 {2}a-name-of-m… {2}\u001b\[32mrunning\u001b\[39m {2}198\.18\.0\.2 {2}micro$/m);
    assert.match(seen, /1 more not shown; -a shows all\./);
    assert.doesNotMatch(await see("list-instances -a", "", { NO_COLOR: "1" }), /\u001b|not shown/);
  });

  it("tables have the columns that there is room for, and lines of no more than that", async () => {
    const headings: [columns: number, headings: string][] = [
      [80, "ID NAME STATUS ADDRESS IMAGE TYPE KEYS TTL OWNER"],
      [60, "ID NAME STATUS ADDRESS IMAGE TYPE KEYS TTL"],
      [50, "ID NAME STATUS ADDRESS IMAGE TYPE"],
      [28, "ID NAME STATUS ADDRE…"],
    ];
    for (const [columns, expected] of headings) {
      const lines = (await see("list-instances -a", "", { NO_COLOR: "1" }, columns)).trimEnd().split("\n");
      assert.equal(lines[0]?.trimEnd().replace(/ +/g, " "), expected);
      assert.equal(lines.length, 3);
      assert.ok(lines.every(({ length }) => length <= columns));
    }
  });

  it("progress stays on one line of a narrow terminal", async () => {
    const seen = await see("run-instances -c 2 -q", "", {}, 15);
    assert.match(seen, /^\r0 of 2 instan…\u001b\[K\r/);
    const shown = seen.split("\r").map((part) => part.replace(/\u001b\[K.*/s, ""));
    assert.ok(
      shown.every(({ length }) => length < 15),
      seen,
    );
  });

  it("several creations are counted in one line", async () => {
    assert.match(
      await see("run-instances -c 2 -q"),
      /0 of 2 instances up\u001b\[K\r1 of 2 .*\r2 of 2 .*\r\u001b\[K502/,
    );
  });

  it("a question comes before all instances are destroyed", async () => {
    // Ctrl-C and Ctrl-D come last.
    for (const typed of ["n\n", "\n", "\u0003", "\u0004"]) {
      const seen = await see("destroy-instance --all", typed);
      assert.match(seen, /Destroy all 2 instances of .*\? \[y\/N\][^\n]*\nmcc: Nothing was destroyed\.$/m);
    }
    assert.equal((await names()).length, 2);
    assert.match(await see("destroy-instance --all", "yes\n"), /500 \(a-name-of-many-letters\) destroyed/);
    assert.deepEqual(await names(), []);
  });

  it("a question names an instance that is the only one", async () => {
    await (await daemon.client()).call("instance.destroy", { instance: "db" });
    assert.match(
      await see("destroy-instance --all", "n\n"),
      /Destroy 500 \(a-name-of-many-letters\), the only instance of http:\S+\? \[y\/N\]/,
    );
  });

  it("the user's own key is offered", async () => {
    await mkdir(join(home, ".ssh"));
    await writeFile(join(home, ".ssh", "id_ed25519.pub"), publicKey);
    assert.match(
      await see("add-key -n me", "\n"),
      /Use .*id_ed25519\.pub \(SHA256:\S+ me\)\? .*No public key was given/s,
    );
    assert.match(await see("add-key -n me", "y\n"), /me SHA256:\S+ added/);
  });
});
