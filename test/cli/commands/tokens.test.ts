import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type TestDaemon, testDaemons } from "../../support/daemons/test-daemon";
import { environmentFor, type ProgramRun, runProgram } from "../../support/programs/run-program";

describe("the commands for access tokens", function () {
  this.timeout(30_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;

  before(async () => {
    daemon = await newDaemon();
    await daemon.start();
  });

  const run = (words: string, environment: NodeJS.ProcessEnv = {}): Promise<ProgramRun> =>
    runProgram(["mcc", ...words.split(" ")], { environment: { ...environmentFor(daemon), ...environment } });

  async function output(words: string, environment?: NodeJS.ProcessEnv): Promise<string> {
    const { exitCode, stdout, stderr } = await run(words, environment);
    assert.equal(exitCode, 0, `${words}: ${stderr}`);
    return stdout;
  }

  async function assertFails(words: string, said: RegExp, environment?: NodeJS.ProcessEnv): Promise<void> {
    const { exitCode, stdout, stderr } = await run(words, environment);
    assert.match(stderr, said, words);
    assert.match(stderr, /^mcc[a-z-]*: [^\n]+$/, words);
    assert.deepEqual([exitCode, stdout], [1, ""], words);
  }

  it("print the text of a token alone on standard output, and what it is on standard error", async () => {
    const { stdout, stderr } = await run("add-token alice --role user");
    assert.match(stdout, /^[\w-]{43}$/);
    assert.match(stderr, /^alice added: role user, never expires\. Keep this text; it is not shown again:$/);
    const own = { MCC_TOKEN: stdout };
    assert.match(await output("server-info", own), /^token {6}alice \(role user\)$/m);
    await assertFails("list-tokens", /accessToken\.list needs the role admin, and the token "alice"/, own);
    await assertFails("add-token alice --role user", /"alice" has an access token already/);
    assert.equal(await output("revoke-token alice"), "alice revoked");
    await assertFails("server-info", /the request has another one/, own);
    await assertFails("revoke-token alice", /There is no token "alice" on this server/);
  });

  it("list tokens in a table and as JSON, without their texts", async () => {
    const made = JSON.parse(await output("add-token ci --role user --expires 30d --json")) as object;
    assert.match(
      await output("list-tokens"),
      /^TOKEN {2}ROLE {3}CREATED {5}ROTATED {2}EXPIRES\nadmin {2}admin {2}\S+ {2}- {8}-\nci {5}user {3}\S+ {2}- {8}(30d|29d 23h)$/,
    );
    const [, listed] = JSON.parse(await output("list-tokens --json")) as object[];
    assert.ok("token" in made);
    const { token: _, ...rest } = made;
    assert.deepEqual(listed, rest);
    await assertFails("revoke-token cj", /no token "cj" on this server\. Did you mean "ci"\?/);
    await output("revoke-token ci");
  });

  it("rotate a token, with a time of grace", async () => {
    const first = await output("add-token ci --role reader");
    const { stdout: second, stderr } = await run("rotate-token ci --grace 1h");
    assert.match(
      stderr,
      /^ci rotated: role reader, never expires\. The previous text is accepted until \S+Z\. /,
    );
    for (const token of [first, second]) {
      assert.match(await output("server-info", { MCC_TOKEN: token }), /ci \(role reader\)/);
    }
    const third = await output("rotate-token ci");
    await assertFails("server-info", /the request has another one/, { MCC_TOKEN: second });
    assert.match(await output("server-info", { MCC_TOKEN: third }), /ci \(role reader\)/);
    await output("revoke-token ci");
  });

  it("rotate the local admin's token, which programs on the host find in its file", async () => {
    const earlier = await daemon.token();
    const token = await output("rotate-token admin");
    assert.equal((await readFile(`${daemon.stateFolder}/token`, "utf8")).trim(), token);
    await assertFails("list-tokens", /the request has another one/, { MCC_TOKEN: earlier });
    assert.equal(await output("list-tokens -q", { MCC_TOKEN: undefined }), "admin");
    await assertFails("revoke-token admin", /cannot be revoked.*mcc rotate-token admin/, {
      MCC_TOKEN: undefined,
    });
  });

  it("show a user that a list has only its own objects, and an admin whose each object is", async () => {
    const own = { MCC_TOKEN: await output("add-token alice --role user") };
    await output("run-instances -n admins --wait-for running");
    await output("run-instances -n own --wait-for running", own);
    for (const [words, things] of [
      ["list-instances", "instances"],
      ["list-instances --json", "instances"],
      ["list-fleets -q", "fleets"],
      ["list-keys", "keys"],
    ] as const) {
      const { exitCode, stderr } = await run(words, own);
      assert.equal(exitCode, 0);
      assert.equal(
        stderr,
        `Only the ${things} of the account "alice" are shown: your token has the role user.`,
        words,
      );
      assert.equal((await run(words)).stderr, "", words);
    }
    assert.doesNotMatch(await output("list-instances", own), /admins/);
    assert.match(await output("list-instances"), /ACCOUNT\n\d+ +admins .* admin\n\d+ +own .* alice$/);
    await assertFails("destroy-instance admins", /Instance "admins" belongs to another account/, own);
    await assertFails("destroy-instance nobody", /no instance "nobody"/, own);
    await output("run-fleet load -c 1 --wait-for running");
    await assertFails("destroy-fleet load", /Fleet "load" belongs to another account/, own);
    await assertFails("logs load-1", /Instance "load-1" belongs to another account/, own);
    await output("destroy-fleet load");
    await assertFails("list-instances --all-owners", /needs the role admin/, own);
    await output("destroy-instance admins own");
    assert.doesNotMatch(await output("list-instances"), /ACCOUNT/);
    await output("revoke-token alice");
  });
});
