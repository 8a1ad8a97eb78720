import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { unaidedHost } from "../../../fakes/openvz/behaviour";
import { FakeOpenvz, imageName, makeImage } from "../../../fakes/openvz/install";
import { showEtc } from "../../../fakes/openvz/own-etc";
import { microTarball } from "../../../support/daemons/micro-image";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { OrdinaryUser, type UserRun } from "../../../support/lxc/ordinary-user";
import { hasEnded } from "../../../support/programs/process";
import { eventually } from "../../../support/time/eventually";

const root = "/srv/openvz";
/** In the network namespace of this test, as vzctl's scripts make it. */
const bridge = ["link", "add", "venet0", "type", "bridge"];

/** Each step needs those before it: one setup and one daemon serve for all, because both take seconds. */
describe("the daemon of an ordinary user with OpenVZ", function () {
  this.timeout(120_000);
  const newFolder = temporaryFolders();
  const user = new OrdinaryUser();
  const sudoers = `/etc/sudoers.d/minicloud-openvz-${user.name}`;
  const program = `/etc/minicloud/users/${user.name}/openvz`;
  let host: FakeOpenvz;

  before(async () => {
    const folder = await newFolder();
    await user.create(folder);
    await mkdir(root);
    host = await FakeOpenvz.install(root, unaidedHost);
    host.asShipped();
    await showEtc(host);
    // As vzctl's package has them.
    await chmod(host.path("vz/private"), 0o700);
    await chmod(host.path("vz/root"), 0o700);
    const archive = join(folder, "image.tar");
    makeImage(archive);
    await copyFile(archive, host.imageFile(imageName));
    await execa("ip", bridge);
  });
  after(async () => {
    await execa("ip", ["link", "delete", "venet0"], { reject: false });
    await user.run(
      "kill -9 $(cat ~/.local/state/minicloud/run/8080.json | grep -o '\"pid\": *[0-9]*' | grep -o '[0-9]*')",
    );
    await host.close();
    await rm(`/var/lib/minicloud-openvz/${user.name}`, { recursive: true, force: true });
    await user.remove();
  });

  const asUser = (script: string): Promise<UserRun> => user.run(`PATH=${host.bin}:$PATH\n${script}`);
  const asRoot = (script: string): Promise<UserRun> => user.runAsRoot(`PATH=${host.bin}:$PATH\n${script}`);
  const setup = (words = ""): Promise<UserRun> =>
    asRoot(`mccserver --setup-user ${user.name} --driver openvz ${words}`);

  async function succeed(run: Promise<UserRun>): Promise<string> {
    const { exitCode, all } = await run;
    assert.equal(exitCode, 0, all);
    return all;
  }

  async function fail(run: Promise<UserRun>, reason: RegExp): Promise<void> {
    const { exitCode, all } = await run;
    assert.equal(exitCode, 1, all);
    assert.match(all, reason);
  }

  async function daemonPid(): Promise<number> {
    const text = await readFile(`${user.home}/.local/state/minicloud/run/8080.json`, "utf8");
    return (JSON.parse(text) as { pid: number }).pid;
  }

  async function startDaemon(): Promise<void> {
    await succeed(asUser("mccserver --driver openvz --engine-timeout 20"));
  }

  interface ProgramCall {
    readonly verb: string;
    readonly subject: readonly string[];
    readonly input?: unknown;
    readonly answer: RegExp;
  }

  /** Calls the root program as its daemon would, and returns the lines of the answers. */
  async function callProgram(calls: readonly ProgramCall[]): Promise<(ProgramCall & { line: string })[]> {
    const child = execa("sudo", ["-n", program, "serve"], {
      uid: user.uid,
      gid: user.uid,
      env: user.environment,
      extendEnv: false,
      reject: false,
    });
    calls.forEach(({ verb, subject, input }, call) =>
      child.stdin.write(`${JSON.stringify({ call, verb, subject, input })}\n`),
    );
    const lines = new Map<number, string>();
    for await (const line of child) {
      lines.set((JSON.parse(line) as { call: number }).call, line);
      if (lines.size === calls.length) {
        child.stdin.end();
      }
    }
    return calls.map((each, call) => ({ ...each, line: lines.get(call) ?? "" }));
  }

  it("names the setup if there is none", async () => {
    const remedy = `let root run once: mccserver --setup-user ${user.name} --driver openvz`;
    await fail(asUser("mccserver --driver openvz"), new RegExp(`${program} is missing.*\\n?.*${remedy}`));
    await fail(
      asUser(`mccserver --setup-user ${user.name} --driver openvz`),
      /Only root can use --setup-user/,
    );
    await fail(asRoot("mccserver --setup-user nobody-here --driver openvz"), /no user "nobody-here"/);
    assert.equal((await asRoot(`mccserver --setup-user ${user.name} --driver openvz --nat`)).exitCode, 2);
  });

  it("is refused if another user could replace a program that root would run", async () => {
    await chmod(host.bin, 0o777);
    await fail(setup(), /Everyone may write to .*bin, so .*vzctl, which root would run, cannot be trusted/);
    await chmod(host.bin, 0o755);
    assert.deepEqual([existsSync(sudoers), existsSync(program)], [false, false]);
  });

  it("is set up once, and reports each change", async () => {
    const planned = await succeed(setup("--dry-run"));
    assert.deepEqual([existsSync(sudoers), existsSync(program)], [false, false]);
    const made = await succeed(setup());
    assert.equal(
      made,
      `${planned.replaceAll("would create", "created")}\nmccserver: the user ${user.name} can run mccserver --driver openvz`,
    );
    assert.equal((await succeed(setup())).split("\n").length, 1, "nothing is left to do");
    assert.equal((await execa("stat", ["-c", "%u %a", sudoers])).stdout, "0 440");
    assert.equal(await succeed(user.runAsRoot("visudo -c -q; echo fine")), "fine");
    await succeed(asUser("mccserver --driver openvz --check"));
  });

  it("names each command that an incomplete file lacks", async () => {
    const complete = await readFile(sudoers, "utf8");
    await writeFile(
      sudoers,
      complete.replace(/^.*vzctl \^destroy .*\n/m, "").replace(/^.*openvz \^serve.*\n/m, ""),
    );
    const missing = `sudo does not allow ${user.name} to run: vzctl destroy 500, ${program} serve\n`;
    await fail(asUser("mccserver --driver openvz"), new RegExp(`${missing} +remedy +let root run once`));
    assert.match(await succeed(setup()), /created the file \/etc\/sudoers\.d/);
    const text = await readFile(program, "utf8");
    await writeFile(program, text.replace(/^# MiniCloud .*$/m, "# MiniCloud 0.0.1"));
    await fail(asUser("mccserver --driver openvz"), /is from another version of MiniCloud/);
    await succeed(setup());
  });

  it("gives the user root's rights for nothing else", async () => {
    const vzctl = join(host.bin, "vzctl");
    const sudo = (words: string): Promise<UserRun> => asUser(`sudo -n ${words}`);
    for (const refused of [
      "sh -c true",
      `${vzctl} exec3 101 /bin/sh -c true`,
      `${vzctl} exec 500 true`,
      `${vzctl} --verbose start 500`,
      `${vzctl} set 500 --private / --save`,
      `${vzctl} set 500 --description "x --private /" --save`,
      `${vzctl} set 500 --devnodes sda:rw --save`,
      `${vzctl} set 500 --description $'x"\\nVE_PRIVATE="/srv' --save`,
      `${vzctl} start 500 --force`,
      `${vzctl} create 500 --ostemplate ../../etc/x --config basic --ipadd 10.0.0.1 --hostname x --name x`,
      `${vzctl} create 500 --ostemplate x --config basic --ipadd 10.0.0.1 --hostname x --name x --private /`,
      `${join(host.bin, "ip")} link set dev eth0 address 02:00:00:00:00:01`,
      `${program} serve 500`,
      `${program} import-image ../x`,
      `${program} shell`,
    ]) {
      await fail(sudo(refused), /password is required|not allowed/);
    }
    assert.deepEqual(
      host.takeCommands().filter(([, action]) => action !== "--version"),
      [],
    );
    // The program trusts only files of root.
    await succeed(
      asRoot(
        `vzctl create 777 --ostemplate ${imageName} --config basic --layout simfs --hostname x --name other`,
      ),
    );
    // As a migration makes them: the files come before the configuration.
    const area = host.path("vz/private/778");
    await mkdir(area);
    await mkdir(host.path("vz/private/779.private_temporary"));
    const files = [{ path: "/etc/x", mode: 420, content: "" }];
    const sleeper = execa("sleep", ["60"], { uid: user.uid, detached: true, reject: false });
    const answers = await callProgram([
      { verb: "write-root", subject: ["777"], input: files, answer: /The container 777 is not MiniCloud's/ },
      { verb: "begin-destroy", subject: ["777"], answer: /The container 777 is not MiniCloud's/ },
      ...["778", "779"].map((ctid) => ({
        verb: "finish-destroy",
        subject: [ctid],
        input: { identity: null },
        answer: /The files at .* are not MiniCloud's; they were not removed/,
      })),
      {
        verb: "read-root",
        subject: ["777"],
        input: { path: "/etc/shadow", maxBytes: 9 },
        answer: /The container 777 is not MiniCloud's/,
      },
      { verb: "write-root", subject: ["101"], input: files, answer: /write-root does not accept .*101/ },
      { verb: "write-root", subject: ["500 /"], input: files, answer: /write-root does not accept .*500 \// },
      { verb: "claim", subject: ["777"], answer: /"result":false/ },
      { verb: "remove-image", subject: [imageName], answer: /belongs to the host/ },
      { verb: "import-image", subject: ["x"], answer: /The tarball .* cannot be read/ },
      { verb: "kill", subject: [String(sleeper.pid)], answer: /"result":null/ },
      { verb: "kill", subject: ["1"], answer: /kill does not accept .*1/ },
    ]);
    answers.forEach(({ answer, line }) => assert.match(line, answer));
    await rm(area, { recursive: true });
    await rm(host.path("vz/private/779.private_temporary"), { recursive: true });
    assert.equal(sleeper.kill(), true, "it still runs");
    await sleeper;
    await succeed(asRoot("vzctl destroy 777; rm /etc/vz/conf/777.conf.destroyed"));
  });

  it("creates instances that exec, limits, stop and start work for", async () => {
    await startDaemon();
    await succeed(asUser(`mcc run-instances -i ${imageName} -n web -t light --wait-for running`));
    assert.equal(await succeed(asUser("mcc exec web -- hostname")), "web");
    assert.match(await succeed(asUser("mcc exec web -- cat /etc/hosts")), /web/);
    await succeed(asUser("mcc update-instance web -t basic"));
    assert.match(host.configuration("500"), /ORIGIN_SAMPLE="light"/);
    await succeed(asUser("mcc stop web && mcc start web && mcc exec web true"));
    assert.equal((await execa("stat", ["-c", "%u", `/proc/${await daemonPid()}`])).stdout, String(user.uid));
    // The root program ended in the meantime.
    const { stdout: pid } = await execa("pgrep", ["-f", `root-program.js ${user.uid} .*/${user.name} serve`]);
    process.kill(Number(pid), "SIGKILL");
    await succeed(asUser("mcc stop web && mcc start web && mcc exec web true"));
  });

  it("applies fleets, whose members know each other", async () => {
    await succeed(asUser(`mcc run-fleet db -i ${imageName} -t light -c 2 --wait-for running`));
    assert.match(await succeed(asUser("mcc exec db-1 -- cat /etc/hosts")), /db-2/);
    await succeed(asUser("mcc update-fleet db -c 1"));
    await succeed(asUser("mcc destroy-fleet db"));
    assert.deepEqual(readdirSync(host.path("vz/private")), ["500"]);
  });

  it("ends a command at its time limit, and a vzctl that hangs", async () => {
    await fail(asUser("mcc exec web --timeout 1s -- sleep 4321"), /ended|longer/).catch(async () => {
      assert.notEqual((await asUser("mcc exec web --timeout 1s -- sleep 4321")).exitCode, 0);
    });
    await eventually(
      async () => (await execa("pgrep", ["-f", "^sleep 4321"], { reject: false })).exitCode === 1,
      "the command has ended",
    );
    host.behave({ faults: [{ at: "stop", hangs: true, times: 1 }] });
    await succeed(asUser("mcc restart --grace 1s web"));
    host.behave({ faults: [] });
    assert.equal((await execa("pgrep", ["-f", `${host.bin}/vzctl stop`], { reject: false })).exitCode, 1);
  });

  it("manages its instances again after it was killed, and finishes what it was doing", async () => {
    const first = await succeed(asUser("mcc list-instances"));
    host.behave({ faults: [{ at: "create:unpacking", waits: true }] });
    const creation = asUser(`mcc run-instances -i ${imageName} -n lost -t light`);
    await eventually(() => host.waitsAt("create:unpacking"), "vzctl unpacks");
    const { stdout: creator } = await execa("pgrep", ["-f", `${host.bin}/vzctl create`]);
    assert.equal((await execa("ps", ["-o", "pgid=", creator])).stdout.trim(), creator, "it replaced sudo");
    const environment = (await readFile(`/proc/${creator}/environ`, "utf8")).split("\0");
    const path = environment.find((variable) => variable.startsWith("PATH="));
    assert.equal(
      path,
      `PATH=/usr/sbin:/usr/bin:/sbin:/bin:${host.bin}`,
      "the user chooses no program of its scripts",
    );
    const pid = await daemonPid();
    await succeed(asUser(`kill -9 ${pid}`));
    await eventually(() => hasEnded(pid), "it has ended");
    host.behave({ faults: [] });
    await startDaemon();
    // The client repeats its call at the new daemon.
    await succeed(creation);
    await succeed(asUser("mcc destroy-instance lost"));
    await eventually(() => readdirSync(host.path("vz/private")).join() === "500", "the rest is removed");
    assert.equal((await execa("pgrep", ["-f", `${host.bin}/vzctl create`], { reject: false })).exitCode, 1);
    assert.equal(await succeed(asUser("mcc list-instances")), first);
    await succeed(asUser("mcc exec web true"));
  });

  it("takes containers over, except for those with low numbers", async () => {
    for (const ctid of ["101", "888"]) {
      const words = `--ostemplate ${imageName} --config basic --layout simfs --hostname old --name old${ctid} --ipadd 198.18.0.1${ctid.slice(1)}`;
      await succeed(asRoot(`vzctl create ${ctid} ${words}`));
    }
    await succeed(
      asUser("mcc take-over 888 && mcc start old888 && mcc exec old888 true && mcc destroy-instance old888"),
    );
    await fail(asUser("mcc take-over 101"), /may not run "vzctl set 101" through sudo.*below 500/);
    assert.doesNotMatch(host.configuration("101"), /DESCRIPTION/);
    await succeed(asRoot("vzctl destroy 101; rm -f /etc/vz/conf/101.conf.destroyed"));
  });

  it("imports images, and removes only those", async () => {
    await copyFile(microTarball(), "/srv/home/own.tar.gz");
    await chmod("/srv/home/own.tar.gz", 0o644);
    await succeed(
      asUser(
        "mcc import-image own ~/own.tar.gz && mcc run-instances -i own -n own -t light --wait-for running",
      ),
    );
    await succeed(asUser("mcc destroy-instance own && mcc remove-image own"));
    await fail(asUser(`mcc destroy-instance web && mcc remove-image ${imageName}`), /belongs to the host/);
  });

  it("reads no archive as root that the user may not read", async () => {
    const archive = "/srv/secret.tar.gz";
    await copyFile(microTarball(), archive);
    for (const [mode, flags] of [
      [0o600, "O_PATH"],
      [0o622, "O_WRONLY"],
    ] as const) {
      await chmod(archive, mode);
      const words = ["sudo", "-n", program, "import-image", "secret"];
      const script = `use Fcntl; use POSIX ();
        my $fd = POSIX::open("${archive}", ${flags === "O_PATH" ? "010000000" : flags});
        POSIX::dup2($fd, 0);
        exec ${words.map((word) => `"${word}"`).join(", ")};`;
      await writeFile("/srv/open.pl", script);
      const answer = await succeed(asUser("perl /srv/open.pl"));
      assert.match(answer, /The archive was not opened for reading; nothing was imported/, flags);
    }
    assert.equal(existsSync(host.imageFile("secret")), false);
    await rm(archive);
  });

  it("is removed with everything that the setup created, after its containers", async () => {
    await succeed(asUser(`mcc run-instances -i ${imageName} -n last -t light`));
    const removal = (): Promise<UserRun> => asRoot(`mccserver --remove-user ${user.name} --driver openvz`);
    await fail(removal(), /has containers \(\d+\), which nothing could manage afterwards/);
    const pid = await daemonPid();
    await succeed(asUser(`kill ${pid}`));
    await eventually(() => hasEnded(pid), "it has ended");
    await succeed(asUser("mccserver --purge --driver openvz"));
    assert.match(await succeed(removal()), new RegExp(`removed the file ${sudoers}`));
    assert.match(await succeed(removal()), /is not set up; nothing to remove/);
    assert.deepEqual(
      [sudoers, program, `/var/lib/minicloud-openvz/${user.name}`].filter((path) => existsSync(path)),
      [],
    );
    assert.deepEqual(host.remains(), []);
    assert.deepEqual(
      readdirSync(host.path("sys/fs/cgroup")).filter((name) => name.startsWith("vz-")),
      [],
    );
  });
});
