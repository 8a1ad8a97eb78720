import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type StandInDaemon, standInDaemons } from "../../support/daemons/stand-in-daemon";
import { exampleInstance } from "../../support/example-instance";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { type ProgramRun, runProcess, runProgram } from "../../support/programs/run-program";

/** Replaces ssh and scp: records the arguments and the file of known hosts. */
const recorder = `#!/bin/sh
printf '%s\\n' "$@" >"$RECORD/words"
for word; do
  case $word in
    UserKnownHostsFile=*) eval "path=\${word#*=}" && cp -p "$path" "$RECORD/known_hosts" ;;
  esac
done
exit "\${STAND_IN_EXIT_CODE:-7}"
`;

const web = exampleInstance({ simulated: false });
const db = exampleInstance({ id: 501, name: "db", ipAddress: "198.18.0.3", keys: ["me"], simulated: false });
const off = exampleInstance({ id: 502, name: "off", status: "stopped", simulated: false });
const ipAddress = "198.18.0.4";
const early = exampleInstance({ id: 503, name: "early", status: "pending", ipAddress, simulated: false });
const kept = exampleInstance({ id: 504, name: "kept", status: "failed", ipAddress, simulated: false });
const going = exampleInstance({ id: 505, name: "going", status: "destroying", simulated: false });
const next = exampleInstance({ ...early, id: 506, name: "next", sshHostKey: "" });

describe("ssh and cp", function () {
  this.timeout(30_000);
  const newFolder = temporaryFolders();
  const newDaemon = standInDaemons();
  let daemon: StandInDaemon;
  let record: string;
  let temporary: string;

  before(async () => {
    daemon = await newDaemon({ "instance.list": () => [web, db, off, early, kept, going, next] });
  });
  beforeEach(async () => {
    [record, temporary] = await Promise.all([newFolder(), newFolder()]);
    for (const name of ["ssh", "scp"]) {
      await writeFile(join(record, name), recorder);
      await chmod(join(record, name), 0o755);
    }
  });

  async function run(
    words: string[],
    environment: NodeJS.ProcessEnv = {},
    start = runProgram,
  ): Promise<ProgramRun> {
    const path = `${record}:${process.env.PATH}`;
    return await start(words, {
      environment: { MCC_SERVER: daemon.url, RECORD: record, TMPDIR: temporary, PATH: path, ...environment },
    });
  }

  /** Returns the arguments of the program, without the options that are always the same. */
  async function recorded(
    words: string[],
    environment?: NodeJS.ProcessEnv,
    start?: typeof runProgram,
  ): Promise<string[]> {
    const { exitCode, stderr } = await run(words, environment, start);
    assert.deepEqual([exitCode, stderr], [7, ""], "the exit code and the output of the program");
    assert.deepEqual(await readdir(temporary), [], "nothing is left");
    const { called, settings } = await calledWith();
    assert.ok(settings.includes("StrictHostKeyChecking=yes"));
    assert.ok(settings.includes("GlobalKnownHostsFile=/dev/null"));
    return called.slice(2 + 2 * settings.length);
  }

  /** All words of the last call, and the settings among them. No call reads the user's configuration. */
  async function calledWith(): Promise<{ called: string[]; settings: string[] }> {
    const called = (await readFile(join(record, "words"), "utf8")).trimEnd().split("\n");
    assert.deepEqual(called.slice(0, 2), ["-F", "/dev/null"]);
    return { called, settings: called.filter((_, index) => called[index - 1] === "-o") };
  }

  it("log in as root with the host key from the daemon", async () => {
    // Through a jump host, because a process of its own would try to reach the address.
    for (const words of [["web"], ["-J", "gate", "web"]]) {
      assert.deepEqual(await recorded(["mcc", "ssh", ...words], {}, words[1] ? runProcess : runProgram), [
        ...["-l", "root", "--", "198.18.0.2"],
      ]);
    }
    const known = join(record, "known_hosts");
    assert.equal(await readFile(known, "utf8"), `198.18.0.2 ${web.sshHostKey}\n`);
  });

  it("pass on the command, the key and the jump host", async () => {
    const words = ["-i", "my key", "-J", "me@gate:22", "-l", "admin", "500", "--", "ls", "-l", "*.ts"];
    assert.deepEqual(await recorded(["mcc", "ssh", ...words]), [
      ...["-i", "my key", "-l", "admin", "--", "198.18.0.2", "ls", "-l", "*.ts"],
    ]);
    const { settings } = await calledWith();
    assert.ok(settings.includes("ProxyCommand=ssh -W %h:%p -o RemoteCommand=none -l me -p 22 gate"));
    assert.ok(settings.includes("IdentitiesOnly=yes"), "no other key is offered");
    assert.deepEqual(await recorded(["mcc", "ssh", "db", "ls", "-l"]), [
      "-l",
      "root",
      "--",
      "198.18.0.3",
      "ls",
      "-l",
    ]);
  });

  it("pass on a command that starts with a dash, which ssh does not read as an option", async () => {
    assert.deepEqual(await recorded(["mcc", "ssh", "web", "--", "-la"]), [
      ...["-l", "root", "--", "198.18.0.2", "-la"],
    ]);
  });

  it("hand on ssh's own options before everything else", async () => {
    const options = ["-AN", "-tt", "-L", "8080:localhost:80", "-o", "ForwardX11=yes", "-p", "2222"];
    const { exitCode, stderr } = await run(["mcc", "ssh", ...options, "-vL8081:db:81", "db", "top", "-b"]);
    assert.deepEqual([exitCode, stderr], [7, ""]);
    const { called, settings } = await calledWith();
    const passedOn = ["-A", "-L", "8080:localhost:80", "-L", "8081:db:81", "-N", "-o", "ForwardX11=yes"];
    assert.deepEqual(called.slice(2, 13), [...passedOn, "-t", "-t", "-v"]);
    assert.deepEqual(called.slice(-8), ["-p", "2222", "-l", "root", "--", "198.18.0.3", "top", "-b"]);
    assert.ok(settings.includes("HostKeyAlias=198.18.0.3"), "the host key is the same at every port");
    assert.match((await run(["mcc", "ssh", "-o", "", "db"])).stderr, /^mcc: -o is "": it is empty/);
  });

  it("take keys and agent from the user's configuration, and nothing else", async () => {
    const asked = `#!/bin/sh
case $1 in
  -G) printf '%s\\n' 'user bob' 'port 99' 'identityfile ~/.ssh/my key' 'identityagent /run/a' 'securitykeyprovider internal' ;;
  *) exec "$RECORD/recorder" "$@" ;;
esac
`;
    await writeFile(join(record, "recorder"), recorder, { mode: 0o755 });
    await writeFile(join(record, "ssh"), asked);
    await recorded(["mcc", "ssh", "db"]);
    const chosen = async (): Promise<string[]> =>
      (await calledWith()).settings.filter((setting) => /^(identit|user=|port|securitykey)/i.test(setting));
    assert.deepEqual(await chosen(), ['identityfile="~/.ssh/my key"', "identityagent=/run/a"]);
    await recorded(["mcc", "ssh", "-i", "mine", "db"]);
    assert.deepEqual(await chosen(), ["IdentitiesOnly=yes", "identityagent=/run/a"]);
  });

  it("copy between this machine and instances", async () => {
    assert.deepEqual(await recorded(["mcc", "cp", "a", "./b:c", "web:/srv/"]), [
      ...["--", "a", "./b:c", "root@198.18.0.2:/srv/"],
    ]);
    assert.deepEqual(await recorded(["mcc", "cp", "-r", "web:logs", "501:", "-J", "none"]), [
      ...["-r", "--", "root@198.18.0.2:logs", "root@198.18.0.3:"],
    ]);
    assert.ok(!(await calledWith()).settings.some((setting) => setting.startsWith("Proxy")));
    assert.equal((await readFile(join(record, "known_hosts"), "utf8")).split("\n").length, 3);
  });

  it("keep the known hosts in a file that only the user can read, whatever the folder's name is", async () => {
    temporary = join(await newFolder(), "a %h b");
    await mkdir(temporary);
    await run(["mcc", "ssh", "web"]);
    const words = await readFile(join(record, "words"), "utf8");
    assert.match(words, /^UserKnownHostsFile=".*\/a %%h b\/mcc-ssh-\w+\/known_hosts"$/m);
  });

  it("reach an instance that is not ready yet, and a failed instance that was kept", async () => {
    for (const name of ["early", "kept"]) {
      assert.deepEqual((await recorded(["mcc", "ssh", name])).slice(-1), ["198.18.0.4"]);
      assert.deepEqual((await recorded(["mcc", "cp", `${name}:a`, "b"])).slice(-2), [
        "root@198.18.0.4:a",
        "b",
      ]);
    }
  });

  it("say that an instance has no key if the login was refused", async () => {
    const refused = { STAND_IN_EXIT_CODE: "255" };
    const keyless =
      /^Instance 500 \(web\) has none of the keys that list-keys shows; add one with mcc update-instance 500 -k KEY/;
    for (const words of [
      ["mcc", "ssh", "web"],
      ["mcc", "cp", "web:a", "b"],
    ]) {
      const { exitCode, stderr } = await run(words, refused);
      assert.match(stderr, keyless);
      assert.equal(exitCode, 255);
    }
    assert.deepEqual(await run(["mcc", "ssh", "db"], refused), { exitCode: 255, stdout: "", stderr: "" });
  });

  it("refuse an instance that cannot be reached", async () => {
    const cases: [string[], RegExp][] = [
      [["mcc", "ssh", "off"], /502 \(off\) is stopped, but SSH needs a running instance/],
      [["mcc", "ssh", "going"], /505 \(going\) is destroying, but SSH needs/],
      [["mcc", "ssh", "next"], /506 \(next\) is queued and has no SSH host key yet/],
      [["mcc", "ssh", "wbe"], /no instance "wbe".*Did you mean "web"\?/],
      [["mcc", "cp", "a", "nobody:x"], /no instance "nobody"/],
    ];
    for (const [words, said] of cases) {
      const { exitCode, stderr } = await run(words);
      assert.match(stderr, said);
      assert.equal(exitCode, 1);
    }
    assert.deepEqual(await readdir(temporary), []);
  });

  it("say how to install a missing program", async () => {
    const { stderr, exitCode } = await run(["mcc", "ssh", "web"], { PATH: temporary });
    assert.match(
      stderr,
      /^mcc: ssh is not installed; install the OpenSSH client: apt-get install openssh-client\.$/,
    );
    assert.equal(exitCode, 1);
  });
});
