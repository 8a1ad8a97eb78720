import assert from "node:assert/strict";
import type { AccessToken } from "../../../protocol/types/access-token";
import type { ServerInfo } from "../../../protocol/types/server";
import { type TestDaemon, testDaemons } from "../../support/daemons/test-daemon";
import { environmentFor, type ProgramRun, runProgram } from "../../support/programs/run-program";

describe("the commands for quotas", function () {
  this.timeout(60_000);
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
    const { exitCode, stderr } = await run(words, environment);
    assert.match(stderr, said, words);
    assert.equal(exitCode, 1, words);
  }

  it("are named in the help as what gives a TTL without --ttl", async () => {
    for (const command of ["run-instances", "run-fleet"]) {
      assert.match(
        (await output(`${command} --help`)).replace(/\s+/g, " "),
        /default: as your quota says, or never/,
      );
    }
  });

  it("set, show, enforce and remove limits", async () => {
    const limits = "--max-instances 2 --max-memory 1GiB --max-processors 1.5 --max-ttl 4h --default-ttl 1h";
    const own = { MCC_TOKEN: await output(`add-token ci --role user ${limits}`) };
    await output("run-instances -n web --wait-for running -t basic", own);
    assert.match(
      await output("list-tokens"),
      /EXPIRES +INSTANCES +MEMORY +PROCESSORS +TTL\nadmin .* - +- +- +- +-\nci .* 1\/2 +256 MiB\/1 GiB +1\/1\.5 +1h, 4h at most$/,
    );
    assert.match(
      await output("server-info", own),
      /^quota {6}1 of 2 instances\nquota {6}256 MiB of 1 GiB of memory\nquota {6}1 of 1\.5 processors\nquota {6}TTL 1h, 4h at most$/m,
    );
    await assertFails("run-instances -t unlimited", /the type "unlimited" has no limit for that/, own);
    await assertFails(
      "run-instances -t light --ttl never",
      /TTLs of 4h at most, and no TTL was asked for/,
      own,
    );
    await assertFails("run-fleet load -c 1 -t light --ttl 5h", /a TTL of 5h was asked for/, own);
    await assertFails(
      "run-fleet load -c 2",
      /may have 2 instances and has 1: web; this fleet needs 2 more/,
      own,
    );
    await assertFails("extend --ttl never web", /no TTL was asked for/, own);
    await assertFails("set-quota ci --max-instances 9", /accessToken\.setQuota needs the role admin/, own);
    await output("rotate-token ci");
    assert.equal(
      await output("set-quota ci --max-memory none --max-processors none --max-ttl none --max-disk 1GiB"),
      "ci: 1 of 2 instances; unlimited of 1 GiB of disk; TTL 1h",
    );
    const token = JSON.parse(await output("set-quota ci --json --max-disk none")) as AccessToken;
    const listed = JSON.parse(await output("list-tokens --json")) as AccessToken[];
    assert.deepEqual(token.quota?.limits, { instances: 2, defaultTtlSeconds: 3600 });
    assert.deepEqual(listed[1], token);
    assert.equal(await output("set-quota ci --max-instances none --default-ttl none"), "ci: no quota");
    const info = JSON.parse(await output("server-info --json")) as ServerInfo;
    assert.equal(info.quota, undefined);
    await output("destroy-instance web");
  });

  it("leave an explicit --ttl never alone where only a default is imposed", async () => {
    const own = { MCC_TOKEN: await output("add-token lab --role user --default-ttl 1h") };
    await output("run-instances -n never --ttl never --wait-for running", own);
    await output("run-instances -n imposed --wait-for running", own);
    const list = JSON.parse(await output("list-instances --json", own)) as { ttlSeconds?: number }[];
    assert.deepEqual(
      list.map(({ ttlSeconds }) => ttlSeconds),
      [undefined, 3600],
    );
    await output("destroy-instance never imposed");
  });
});
