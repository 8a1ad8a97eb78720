import assert from "node:assert/strict";
import sinon from "sinon";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { standInDaemons, standInInfo } from "../../support/daemons/stand-in-daemon";
import { exampleInstance } from "../../support/example-instance";
import { runProcess, runProgram } from "../../support/programs/run-program";
import { HandClock } from "../../support/time/hand-clock";

const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0dhl+kGYvZKYG8FBh13NiG2zQ/KNfxHUWLieg1ciKx me@example";
const fingerprint = "SHA256:LQInFe296NXzbY0sLgG5Y1Kugzaug0eTsTBBQeF4wkw";

describe("lists", function () {
  this.timeout(30_000);
  const newDaemon = inProcessDaemons();
  const newStandIn = standInDaemons();
  let daemon: InProcessDaemon;
  let date: sinon.SinonFakeTimers | undefined;

  before(async () => {
    // Two printouts show the same times, however long the second one takes.
    const clock = new HandClock();
    date = sinon.useFakeTimers({ now: clock.wallMs(), toFake: ["Date"] });
    daemon = await newDaemon({ range: { first: "198.18.0.2", last: "198.18.0.9" }, clock });
    const client = daemon.client;
    await client.call("key.add", { name: "me", publicKey });
    await client.call("instance.create", { name: "web", keys: ["me"], ttlSeconds: 5400 });
    const db = await client.call("instance.create", { name: "db", type: "light" });
    await client.call("instance.wait", { instance: db.id });
    await client.call("instance.stop", { instance: db.id });
  });
  after(() => date?.restore());

  async function output(...words: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await runProgram(words, { environment: daemon.environment });
    assert.deepEqual([exitCode, stderr], [0, ""], words.join(" "));
    return stdout;
  }

  /** What each program prints as a table, in the layout of the first MiniCloud, and with --quiet. */
  const forms: Record<string, { table: RegExp; classic: string | RegExp; quiet: string }> = {
    "list-images": {
      table: /^IMAGE {2}SIZE {2}CREATED\nmicro {2}0 B {3}\d{4}-\d\d-\d\d$/,
      classic: "IMAGE \tmicro",
      quiet: "micro",
    },
    "list-instance-types": {
      table: /^TYPE {7}MEMORY {5}PROCESSORS {2}PROCESSES\nbasic {6}256 MiB {4}1 {11}256\n/,
      classic: /^INST_TYPE\tbasic\nINST_TYPE\tlight\n/,
      quiet: "basic\nlight\nsmall\nmedium\nlarge\nunlimited",
    },
    "list-keys": {
      table: new RegExp(
        `^KEY {2}FINGERPRINT +COMMENT\nme {3}${fingerprint.replaceAll("+", "\\+")} {2}me@example$`,
      ),
      classic: "KEY\tme",
      quiet: "me",
    },
    "list-instances": {
      table:
        /^ID {3}NAME {2}STATUS {3}ADDRESS {5}IMAGE {2}TYPE {3}KEYS {2}TTL {5}OWNER\n500 {2}web {3}running {2}198\.18\.0\.2 {2}micro {2}basic {2}me {4}1h 30m {2}-$/,
      classic:
        "\t\tID\tIP\t\tSTATUS\t\tTEMPLATE\t\t\tNAME\nINSTANCE\t500\t198.18.0.2\trunning\t\tmicro\t\tweb",
      quiet: "500",
    },
  };
  for (const [name, { table, classic, quiet }] of Object.entries(forms)) {
    it(`mcc-${name} prints a table, and mcc ${name} the same`, async () => {
      const printed = await output(`mcc-${name}`);
      assert.match(printed, table);
      assert.equal(await output("mcc", name), printed);
    });

    it(`${name} --classic prints the layout of the first MiniCloud`, async () => {
      const printed = await output("mcc", name, "--classic");
      if (typeof classic === "string") {
        assert.equal(printed, classic);
      } else {
        assert.match(printed, classic);
      }
    });

    it(`${name} --quiet prints only what names a row`, async () => {
      assert.equal(await output("mcc", name, "-q"), quiet);
    });
  }

  it("have no colours away from a terminal, whatever the environment says", async () => {
    const environment = { ...daemon.environment, CI: "true", FORCE_COLOR: "1", NO_COLOR: undefined };
    const { stdout } = await runProcess(["mcc", "list-instances", "-a"], { environment });
    assert.match(stdout, /^ID .*\n500 .*running/);
    assert.doesNotMatch(stdout, /\u001b/);
  });

  it("--json prints what the daemon answered, whole", async () => {
    const client = daemon.client;
    const lists = {
      "list-images": await client.call("image.list", {}),
      "list-instance-types": await client.call("type.list", {}),
      "list-keys": await client.call("key.list", {}),
      "list-instances": (await client.call("instance.list", {})).slice(0, 1),
    };
    for (const [name, wanted] of Object.entries(lists)) {
      assert.deepEqual(JSON.parse(await output("mcc", name, "--json")), wanted, name);
    }
  });

  it("of instances have the stopped ones with -a, and one with -i, by id or by name", async () => {
    assert.equal(await output("mcc", "list-instances", "-a", "-q"), "500\n501");
    assert.equal(await output("mcc", "list-instances", "-i", "501", "-q"), "501");
    assert.match(
      await output("mcc-list-instances", "--instance", "db", "--classic"),
      /^INSTANCE\t501\t.*\tstopped\t/m,
    );
  });

  it("of instances have those of others with --all-owners", async () => {
    const standIn = await newStandIn({
      "instance.list": () => [exampleInstance()],
      "instance.listForeign": () => [
        {
          engineId: "101",
          status: "running",
          name: "Some One",
          image: "centos-5",
          ipAddresses: ["10.0.0.7"],
        },
        { engineId: "102", status: "mounted", ipAddresses: [] },
        { engineId: "103", status: "stopped", ipAddresses: [] },
      ],
    });
    const list = async (...words: string[]): Promise<string[]> => {
      const environment = { MCC_SERVER: standIn.url };
      return (await runProgram(["mcc", "list-instances", ...words], { environment })).stdout.split("\n");
    };
    assert.deepEqual(await list("-q"), ["500"]);
    assert.deepEqual(await list("-q", "--all-owners"), ["500", "101", "102"]);
    assert.equal((await list("-q", "-a", "--all-owners")).length, 4);
    assert.deepEqual((await list("-a", "--all-owners", "--classic")).slice(2), [
      "INSTANCE\t101\t10.0.0.7\trunning\t\tcentos-5\t\tSome One",
      "INSTANCE\t102\t-\t\tmounted\t\t-\t\t-",
      "INSTANCE\t103\t-\t\tstopped\t\t-\t\t-",
    ]);
  });

  it("of no instance are a heading, and with --json an empty array", async () => {
    const empty = await newDaemon();
    const environment = empty.environment;
    const run = async (...words: string[]): Promise<string> =>
      (await runProgram(["mcc", "list-instances", ...words], { environment })).stdout;
    assert.match(await run(), /^ID {2}NAME/);
    assert.equal(await run("--json"), "[]");
    assert.equal(await run("--quiet"), "");
  });

  it("server-info says who answers", async () => {
    const { serverId } = await daemon.client.info();
    assert.match(await output("mcc", "server-info"), new RegExp(`^server id +${serverId}$`, "m"));
    assert.match(
      await output("mcc", "server-info"),
      /^addresses +198\.18\.0\.2-198\.18\.0\.9, 6 of 8 free$/m,
    );
    assert.match(await output("mcc", "server-info", "--json"), new RegExp(`"serverId": "${serverId}"`));
  });

  it("server-info shows what was damaged, and nothing of that where nothing was", async () => {
    assert.doesNotMatch(await output("mcc", "server-info"), /damaged/);
    const time = "2026-01-01T00:00:00.000Z";
    const damaged = [
      { file: "keys/me.json", reason: "it is empty", time, movedTo: "/state/damaged/x-keys+me.json" },
      { file: "next-id.json", reason: "it was lost", time },
    ];
    const { url } = await newStandIn({
      "server.info": () => ({ ...standInInfo, damaged, damagedTotal: 102 }),
    });
    const environment = { MCC_SERVER: url, MCC_TOKEN: "any" };
    const { stdout } = await runProgram(["mcc", "server-info"], { environment });
    assert.deepEqual(
      stdout.split("\n").filter((line) => line.startsWith("damaged")),
      [
        `damaged    keys/me.json: it is empty (${time}; now /state/damaged/x-keys+me.json)`,
        `damaged    next-id.json: it was lost (${time})`,
        "damaged    100 more; the daemon's log names them",
      ],
    );
    const json = await runProgram(["mcc", "server-info", "--json"], { environment });
    assert.deepEqual((JSON.parse(json.stdout) as object & { damaged: unknown }).damaged, damaged);
    const later = ["features", "damaged", "damagedTotal"];
    const earlier = Object.fromEntries(Object.entries(standInInfo).filter(([name]) => !later.includes(name)));
    const old = await newStandIn({ "server.info": () => earlier });
    const ofOld = await runProgram(["mcc", "server-info"], {
      environment: { MCC_SERVER: old.url, MCC_TOKEN: "any" },
    });
    assert.equal(ofOld.exitCode, 0);
    assert.doesNotMatch(ofOld.stdout, /damaged/);
  });

  it("server-info shows what keeps instances from the network, and nothing of that where nothing does", async () => {
    assert.doesNotMatch(await output("mcc", "server-info"), /network/);
    const problems = [{ problem: "the chain ip filter FORWARD drops packets", remedy: "let them through" }];
    const { url } = await newStandIn({
      "server.info": () => ({ ...standInInfo, network: { problems, repairs: 2 } }),
    });
    const environment = { MCC_SERVER: url, MCC_TOKEN: "any" };
    const { stdout } = await runProgram(["mcc", "server-info"], { environment });
    assert.deepEqual(
      stdout.split("\n").filter((line) => line.startsWith("network")),
      [
        "network    the chain ip filter FORWARD drops packets; let them through",
        "network    repaired 2 times since the start; the daemon's log has the reasons",
      ],
    );
    const json = await runProgram(["mcc", "server-info", "--json"], { environment });
    assert.deepEqual((JSON.parse(json.stdout) as { network: unknown }).network, { problems, repairs: 2 });
  });
});
