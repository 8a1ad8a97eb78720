import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type Instance,
  largestExecInputBytes,
  largestExecOutputBytes,
} from "../../../protocol/methods/instance";
import { encodeCall } from "../../../protocol/wire/codec";
import { defaultLimits } from "../../../server/http/limits";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { standInDaemons } from "../../support/daemons/stand-in-daemon";
import { exampleInstance } from "../../support/example-instance";
import { type ProgramRun, runProgram } from "../../support/programs/run-program";

describe("the commands for instances", function () {
  this.timeout(30_000);
  const newDaemon = inProcessDaemons();
  const newStandIn = standInDaemons();
  let daemon: InProcessDaemon;
  /** The id that the next instance gets. */
  let next = 500;

  before(async () => {
    daemon = await newDaemon({ range: { first: "198.18.0.2", last: "198.18.0.40" } });
  });
  afterEach(async () => {
    const client = daemon.client;
    const instances = await client.call("instance.list", {});
    await Promise.all(instances.map(({ id }) => client.call("instance.destroy", { instance: id })));
  });

  const run = (words: string[], input = ""): Promise<ProgramRun> =>
    runProgram(words, { input, environment: daemon.environment });

  async function output(words: string[], input?: string): Promise<string> {
    const { exitCode, stdout, stderr } = await run(words, input);
    assert.deepEqual([exitCode, stderr], [0, ""], words.join(" "));
    return stdout;
  }

  async function make(...names: string[]): Promise<number[]> {
    const client = daemon.client;
    const ids = [];
    for (const name of names) {
      const { id } = await client.call("instance.create", { name });
      await client.call("instance.wait", { instance: id });
      ids.push(id);
    }
    next = (ids.at(-1) ?? next) + 1;
    return ids;
  }

  async function names(): Promise<string[]> {
    return (await daemon.client.call("instance.list", {})).map(({ name }) => name);
  }

  async function assertFails(words: string[], said: RegExp, code = 1): Promise<void> {
    const { exitCode, stdout, stderr } = await run(words);
    assert.match(stderr, said);
    assert.match(stderr, /^mcc[a-z-]*: [^\n]+$/);
    assert.deepEqual([exitCode, stdout], [code, ""]);
  }

  describe("run-instances", () => {
    it("creates an instance with the options of the first MiniCloud and shows it", async () => {
      const client = daemon.client;
      const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0dhl+kGYvZKYG8FBh13NiG2zQ/KNfxHUWLieg1ciKx me";
      await client.call("key.add", { name: "doylenet", publicKey });
      const words = ["-i", "micro", "-t", "light", "-k", "doylenet", "-n", "my-web-server"];
      assert.match(
        await output(["mcc-run-instances", ...words]),
        /^ID .*OWNER\n\d+ {2}my-web-server {2}running {2}198\.18\.0\.\d+ +micro {2}light {2}doylenet {2}- {4}-$/,
      );
      await client.call("key.remove", { name: "doylenet" });
    });

    it("sets the given labels, address and host name", async () => {
      await output([
        ...["mcc", "run", "-n", "db", "-l", "role=db", "--label", "url=a=b"],
        ...["--address", "198.18.0.30", "--hostname", "db.example.com"],
      ]);
      const { labels, ipAddress, hostname } = await daemon.client.call("instance.get", { instance: "db" });
      assert.deepEqual(
        [labels, ipAddress, hostname],
        [{ role: "db", url: "a=b" }, "198.18.0.30", "db.example.com"],
      );
      await assertFails(
        ["mcc", "run", "--address", "198.18.0.30"],
        /^mcc: The address 198\.18\.0\.30 is taken/,
      );
      for (const option of ["--address=198.18.0.31", "--hostname=a.b"]) {
        await assertFails(["mcc", "run", "-c", "2", option], /is for one instance only; omit --count/, 2);
      }
    });

    it("has the short name run, like ls and rm for other commands", async () => {
      assert.match(await output(["mcc", "run", "-n", "web", "-q"]), /^\d+$/);
      assert.match(await output(["mcc", "ls"]), / web +running /);
      assert.match(await output(["mcc", "help", "rm"]), /^Usage: mcc destroy-instance\|rm /);
      assert.match(await output(["mcc", "rm", "web"]), /\(web\) destroyed$/);
    });

    it("prints the classic layout, ids or JSON on request", async () => {
      assert.match(
        await output(["mcc-run-instances", "--classic"]),
        /^\t\tID\tIP\nINST\t\d+\t198\.18\.0\.\d+$/,
      );
      assert.match(await output(["mcc-run-instances", "--no-wait", "-q"]), /^\d+$/);
      assert.match(await output(["mcc-run-instances", "--json"]), /^\[\n {2}\{\n {4}"id": \d+,/);
    });

    it("passes on a script and rungs, and mcc logs shows the result of the script", async () => {
      const words = ["--wait-for", "ssh,http:8080/health", "--timeout", "90s", "--keep-on-failure"];
      const script = ["mcc", "run-instances", "-n", "web", "--user-data", "-", ...words, "-q"];
      const id = await output(script, "echo hello\r\n");
      for (const named of ["web", id]) {
        const { exitCode, stdout, stderr } = await run(["mcc", "logs", named]);
        assert.deepEqual(
          [exitCode, stderr],
          [0, "There is no exit code: the script did not run to its end."],
        );
        assert.match(stdout, /simulated, and its userData was not run/);
      }
      await assertFails(["mcc", "logs", "wbe"], /No instance "wbe".*Did you mean "web"\?/);
      await make("db");
      await assertFails(["mcc", "logs", "db"], /\(db\) was created without userData/);
    });

    it("refuses a script that it cannot read or send, and does not print its content", async () => {
      await assertFails(["mcc", "run-instances", "--user-data", "none.sh"], /"none\.sh" failed .*ENOENT/);
      const { exitCode, stdout, stderr } = await run(
        ["mcc", "run-instances", "--user-data", "-"],
        "secret\u0000",
      );
      assert.deepEqual([exitCode, stdout], [1, ""]);
      assert.match(stderr, /userData: a userData script is text; control characters other than tabs/);
      assert.doesNotMatch(stderr, /secret/);
      const other = await run(["mcc", "run-instances", "--user-data", "-"], "#cloud-config\nruncmd: []\n");
      assert.match(
        other.stderr,
        /userData: not a script but a cloud-config file of cloud-init; write its steps/,
      );
      assert.deepEqual(await names(), []);
    });

    it("creates several instances at once, and shows them in the order of their names", async () => {
      const shown = await output(["mcc", "run-instances", "-c", "11", "-n", "node"]);
      const numbers = [...shown.matchAll(/ node-(\d+) /g)].map(([, number]) => Number(number));
      assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      assert.equal((await names()).length, 11);
    });

    it("suggests the nearest names for an unknown name once", async () => {
      await assertFails(
        ["mcc-run-instances", "-i", "mirco"],
        /No image "mirco".*micro.*Did you mean "micro"\?/,
      );
      await assertFails(
        ["mcc", "run-instances", "-c", "9", "-t", "basics"],
        /type "basics".*Did you mean "basic"\?/,
      );
      await assertFails(["mcc-run-instances", "-k", "nobody"], /No key "nobody".*no keys yet/);
      assert.deepEqual(await names(), []);
    });

    it("creates no instance if it knows in advance that one of them would fail", async () => {
      const ids = await make("node-2", "node-9");
      await assertFails(
        ["mcc", "run-instances", "-n", "node", "-c", "9"],
        new RegExp(
          `because names are in use by ${ids[0]} \\(node-2\\) and ${ids[1]} \\(node-9\\); give another`,
        ),
      );
      await assertFails(
        ["mcc", "run-instances", "-c", "40"],
        /40 instances need 40 addresses, .* only 37 free/,
      );
      assert.deepEqual(await names(), ["node-2", "node-9"]);
    });
  });

  describe("destroy-instance", () => {
    it("accepts ids and names as options and as arguments", async () => {
      const [one, two] = await make("one", "two", "three", "four");
      const printed = await output(["mcc-destroy-instance", "-i", String(one), "-i", "three", "two"]);
      assert.deepEqual(printed.split("\n").sort(), [
        `${one} (one) destroyed`,
        `${two} (two) destroyed`,
        `${next - 2} (three) destroyed`,
      ]);
      assert.deepEqual(await names(), ["four"]);
    });

    it("destroys no instance if one of them does not exist", async () => {
      await make("web", "mail");
      await assertFails(
        ["mcc-destroy-instance", "web", "mial"],
        /no instance "mial" on this server\. Did you mean "mail"\?/,
      );
      await assertFails(["mcc-destroy-instance", "-i", "9999"], /no instance 9999 on this server/);
      assert.deepEqual(await names(), ["web", "mail"]);
    });

    it("destroys all instances, but requires -y where it cannot ask for confirmation", async () => {
      await make("web", "db");
      await assertFails(["mcc-destroy-instance", "--all"], /"Destroy all 2 instances of .*"; give -y/);
      assert.deepEqual(await names(), ["web", "db"]);
      assert.match(await output(["mcc-destroy-instance", "--all", "-y"]), /destroyed\n.*destroyed$/);
      assert.deepEqual(await run(["mcc-destroy-instance", "--all"]), {
        exitCode: 0,
        stdout: "",
        stderr: "There is nothing to destroy.",
      });
    });
  });

  it("stop, start, restart and wait accept several instances and print their states", async () => {
    const [web, db] = await make("web", "db");
    const sorted = async (words: string[]): Promise<string[]> => (await output(words)).split("\n").sort();
    assert.deepEqual(await sorted(["mcc", "stop", "web", "db", String(web)]), [
      `${web} (web) stopped`,
      `${db} (db) stopped`,
    ]);
    await assertFails(["mcc", "wait", "web"], /\(web\) is stopped; start it first/);
    assert.equal(await output(["mcc", "start", "db"]), `${db} (db) running`);
    assert.equal(await output(["mcc", "restart", "--grace", "0", String(web)]), `${web} (web) running`);
    assert.equal((await sorted(["mcc", "wait", "--timeout", "1m30s", "web", "db"])).length, 2);
    await assertFails(["mcc", "start", "wbe"], /no instance "wbe".*Did you mean "web"\?/);
  });

  it("stop, restart and exec accept durations such as 1m30s", async () => {
    const asked: unknown[] = [];
    const changed = ({ graceSeconds }: Record<string, unknown>): Instance => {
      asked.push(graceSeconds);
      return exampleInstance();
    };
    const standIn = await newStandIn({
      "instance.list": () => [exampleInstance()],
      "instance.stop": changed,
      "instance.restart": changed,
      "instance.exec": ({ timeoutSeconds }) => {
        asked.push(timeoutSeconds);
        return { exitCode: 0, stdout: "", stderr: "", truncated: false };
      },
    });
    const environment = { MCC_SERVER: standIn.url };
    for (const words of ["stop --grace 0 web", "restart --grace 1m30s web", "exec --timeout 5m web true"]) {
      assert.equal((await runProgram(["mcc", ...words.split(" ")], { environment })).stderr, "");
    }
    assert.deepEqual(asked, [0, 90, 300]);
  });

  describe("exec", () => {
    beforeEach(() => make("web"));

    it("passes on arguments, input, output and exit code", async () => {
      assert.equal(await output(["mcc", "exec", "web", "echo", "-n", "a  b", "$HOME"]), "-n a  b $HOME");
      assert.equal(await output(["mcc", "exec", "web", "--", "echo", "--help"]), "--help");
      assert.equal(await output(["mcc", "exec", "-i", "web", "cat"], "über\n"), "über");
      assert.deepEqual(await run(["mcc", "exec", "web", "false"]), { exitCode: 1, stdout: "", stderr: "" });
      const { exitCode, stderr } = await run(["mcc", "exec", "web", "--", "nothing"]);
      assert.equal(exitCode, 127);
      assert.match(stderr, /^nothing: unknown command/);
    });

    it("uses exit code 125 for its own failures", async () => {
      await assertFails(["mcc", "exec", "--timeout", "1", "web", "sleep", "5"], /ran longer than 1 s/, 125);
      await assertFails(["mcc", "exec", "wbe", "true"], /no instance "wbe"/, 125);
      await daemon.client.call("instance.stop", { instance: "web" });
      await assertFails(
        ["mcc", "exec", "web", "true"],
        /is stopped.*running instances only\. Start it first \(mcc start \d+\)\.$/,
        125,
      );
    });

    it("passes on more input and output than a call can carry", async () => {
      const long = "0123456789abcdef".repeat(1_250_000);
      assert.ok(long.length > largestExecInputBytes && long.length > largestExecOutputBytes);
      const { exitCode, stdout, stderr } = await run(["mcc", "exec", "-i", "web", "cat"], long);
      assert.deepEqual([exitCode, stderr, stdout.length, stdout === long], [0, "", long.length, true]);
    });

    it("refuses more input than a call to an older daemon can carry, and names the alternatives", async () => {
      const stdin = Buffer.alloc(largestExecInputBytes).toString("base64");
      const call = encodeCall("instance.exec", [{ command: ["x".repeat(700_000)], stdin }]);
      assert.ok(call.length < defaultLimits.bodyBytes);
      const more = "x".repeat(largestExecInputBytes + 1);
      const old = await newStandIn({ "instance.list": () => [exampleInstance()] });
      const { exitCode, stdout, stderr } = await runProgram(["mcc", "exec", "-i", "web", "cat"], {
        input: more,
        environment: { MCC_SERVER: old.url },
      });
      assert.deepEqual([exitCode, stdout], [125, ""]);
      assert.match(
        stderr,
        /^mcc: Standard input exceeds the limit of exec, 12000000 bytes; .*mcc cp.*mcc ssh/,
      );
    });

    it("prints what the command wrote before its timeout", async () => {
      const standIn = await newStandIn({
        "instance.list": () => [exampleInstance()],
        "instance.exec": ({ outputOnTimeout, timeoutSeconds }) => {
          assert.deepEqual([outputOnTimeout, timeoutSeconds], [true, 60]);
          const stdout = Buffer.from("so far\n").toString("base64");
          return { exitCode: 137, stdout, stderr: "", truncated: false, timedOut: true };
        },
      });
      const environment = { MCC_SERVER: standIn.url };
      assert.deepEqual(await runProgram(["mcc", "exec", "web", "make"], { environment }), {
        exitCode: 125,
        stdout: "so far",
        stderr: "mcc: The command ran longer than 60 s and was ended; give a longer --timeout.",
      });
    });

    it("says that the instance ran out of memory, with the command's own exit code", async () => {
      const standIn = await newStandIn({
        "instance.list": () => [exampleInstance()],
        "instance.exec": () => ({
          exitCode: 137,
          stdout: "",
          stderr: "",
          truncated: false,
          outOfMemory: true,
        }),
      });
      assert.deepEqual(
        await runProgram(["mcc", "exec", "web", "make"], { environment: { MCC_SERVER: standIn.url } }),
        {
          exitCode: 137,
          stdout: "",
          stderr:
            '500 (web) ran out of memory during the command, and the kernel killed processes in it; give it a larger type than "basic" (mcc update-instance 500 -t TYPE).',
        },
      );
    });

    it("fails if it could not return the whole output", async () => {
      const printed = Buffer.from("cut").toString("base64");
      const result = { exitCode: 0, stdout: printed, stderr: "", truncated: true };
      const standIn = await newStandIn({
        "instance.list": () => [exampleInstance()],
        "instance.exec": () => result,
      });
      const cut = async (): Promise<ProgramRun> =>
        await runProgram(["mcc", "exec", "web", "yes"], { environment: { MCC_SERVER: standIn.url } });
      const { exitCode, stdout, stderr } = await cut();
      assert.deepEqual([exitCode, stdout], [125, "cut"]);
      assert.match(stderr, /^The output was cut after 16777216 bytes/);
      result.exitCode = 3;
      assert.equal((await cut()).exitCode, 3);
    });
  });

  it("import-image sends the absolute path of the file", async () => {
    const path = "package.json";
    assert.equal(await output(["mcc", "import-image", "debian-12", path]), "debian-12 imported, 0 B");
    await assertFails(["mcc", "import-image", "debian-12", path], /"debian-12" exists already/);
    await assertFails(
      ["mcc", "import-image", "other", "nothing.tar"],
      /nothing\.tar cannot be read .*ENOENT/,
    );
  });

  it("remove-image removes an unused image, and names the instances that use another", async () => {
    const client = daemon.client;
    await client.call("image.import", { name: "alpine", path: join(process.cwd(), "package.json") });
    const [web] = await make("web");
    await assertFails(
      ["mcc", "remove-image", "micro"],
      new RegExp(`"micro" is used by instance ${web}; destroy it first`),
    );
    await assertFails(["mcc", "remove-image", "alpin"], /no image "alpin".*Did you mean "alpine"\?/);
    assert.equal(await output(["mcc", "remove-image", "alpine"]), "alpine removed");
    assert.doesNotMatch(await output(["mcc-list-images", "-q"]), /alpine/);
  });

  it("ssh and cp say that a simulated instance has no SSH", async () => {
    await make("web");
    await assertFails(["mcc", "ssh", "web"], /\(web\) is simulated and has no SSH/);
    await assertFails(["mcc", "cp", "web:/etc/hosts", "."], /\(web\) is simulated and has no SSH/);
  });
});
