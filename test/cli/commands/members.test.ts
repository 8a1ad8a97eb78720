import assert from "node:assert/strict";
import { type TestDaemon, testDaemons } from "../../support/daemons/test-daemon";
import { environmentFor, type ProgramRun, runProgram } from "../../support/programs/run-program";

describe("the commands for members of a cluster", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let plain: TestDaemon;

  before(async () => {
    daemon = await newDaemon({
      words: ["--simulated-members", "m1,m2=west,m3=west", "--ssh-jump", "ops@m1.example:2222"],
    });
    plain = await newDaemon();
    await Promise.all([daemon.start(), plain.start()]);
  });

  const runAt = (
    which: TestDaemon,
    words: string,
    environment: NodeJS.ProcessEnv = {},
  ): Promise<ProgramRun> =>
    runProgram(["mcc", ...words.split(" ")], { environment: { ...environmentFor(which), ...environment } });
  const run = (words: string): Promise<ProgramRun> => runAt(daemon, words);

  async function output(words: string): Promise<string> {
    const { exitCode, stdout, stderr } = await run(words);
    assert.equal(exitCode, 0, `${words}: ${stderr}`);
    return stdout;
  }

  async function failure(words: string, which = daemon): Promise<string> {
    const { exitCode, stderr } = await runAt(which, words);
    assert.equal(exitCode, 1, words);
    return stderr;
  }

  it("place instances and fleets, and show where they are", async () => {
    await output("run-instances --member m2 -n db");
    await output("run-fleet web -c 2 --group west");
    assert.match(await output("list-instances"), /ID +NAME +STATUS +ADDRESS +MEMBER +IMAGE/);
    assert.match(await output("list-instances"), /db +running +\S+ +m2 +micro/);
    const instances = JSON.parse(await output("list-instances --json")) as { member?: string }[];
    assert.deepEqual(instances.map(({ member }) => member).sort(), ["m2", "m2", "m3"]);
    assert.match(
      await output("list-members"),
      /^MEMBER +STATE +GROUPS +INSTANCES\nm1 +online +default +0\nm2 +online +west +2\n/,
    );
    assert.equal(await output("list-members -q"), "m1\nm2\nm3");
    assert.equal((JSON.parse(await output("list-members --json")) as unknown[]).length, 3);
    assert.match(await output("server-info"), /^member {5}m2: online, 2 instances, in west$/m);
    assert.match(await failure("run-instances --member m22"), /no member "m22".* Did you mean "m2"\?/);
    assert.match(await failure("run-fleet lab -c 1 --group north"), /in the group "north"/);
  });

  it("show what a member that does not answer takes along, and let it come back", async () => {
    assert.match(await output("simulate-member m2 offline"), /^m2 +offline/m);
    const { stdout, stderr } = await run("list-instances");
    assert.match(stdout, /db +unreachable +\S+ +m2/);
    assert.match(stderr, /\(db\): the member "m2" of the cluster does not answer/);
    assert.match(await output("list-fleets"), /web +degraded +1\/2/);
    for (const words of ["stop db", "wait db", "update-instance db -t small"]) {
      assert.match(await failure(words), /\(db\) is unreachable: the member "m2"/, words);
    }
    assert.match(await failure("destroy-instance db"), /not destroyed yet.*when the member is back/s);
    await output("simulate-member m2 online");
    assert.match(await output("list-fleets"), /web +ready +2\/2/);
  });

  it("are refused by a daemon with one machine", async () => {
    for (const words of ["list-members", "simulate-member m2 offline"]) {
      assert.match(await failure(words, plain), /has no (simulated )?members/);
    }
    for (const words of ["run-instances --member m1", "run-fleet lab -c 2 --group west"]) {
      assert.match(
        await failure(words, plain),
        /places no instances on members of a cluster, and (member|group) is/,
      );
    }
    assert.equal(
      (await runAt(plain, "list-instances -a")).stdout.split("\n").length,
      1,
      "nothing was created",
    );
    assert.doesNotMatch((await runAt(plain, "list-instances -a")).stdout, /MEMBER/);
  });

  it("go through the jump host that the daemon announces, unless the user names another", async () => {
    const way = /ProxyCommand ssh -W %h:%p -o RemoteCommand=none -l ops -p 2222 m1\.example$/m;
    assert.match(await output("ssh-config"), way);
    assert.match(
      await output("inventory"),
      /ProxyCommand=ssh -W %h:%p -o RemoteCommand=none -l ops -p 2222 m1\.example"/,
    );
    assert.match(await output("server-info"), /^ssh jump +ops@m1\.example:2222$/m);
    assert.match(await output("ssh-config -J none"), /ProxyCommand none$/m);
    const chosen = await runAt(daemon, "ssh-config", { MCC_JUMP_HOST: "gate" });
    assert.match(chosen.stdout, /ProxyCommand ssh -W %h:%p -o RemoteCommand=none gate$/m);
  });
});
