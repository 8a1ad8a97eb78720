import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type TestDaemon, testDaemons } from "../../support/daemons/test-daemon";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { environmentFor, type ProgramRun, runProcess, runProgram } from "../../support/programs/run-program";
import { eventually } from "../../support/time/eventually";

describe("mcc ssh and mcc cp with real hosts", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();
  let daemon: TestDaemon;
  /** The user's folders: one for the key and the files, and one for temporary files. */
  let own: string;
  let temporary: string;
  let key: string;

  before(async () => {
    [own, temporary] = await Promise.all([newFolder(), newFolder()]);
    key = join(own, "key");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", key]);
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    assert.equal((await run(["mcc", "build-image"])).stderr, "");
    assert.equal((await run(["mcc-add-key", "-n", "me", "-p", `${key}.pub`])).stderr, "");
    const made = await run([
      "mcc-run-instances",
      "-i",
      "micro",
      "-t",
      "light",
      "-k",
      "me",
      "-n",
      "host",
      "-c",
      "2",
    ]);
    assert.deepEqual([made.exitCode, made.stderr], [0, ""]);
  });
  afterEach(async () => {
    assert.deepEqual(await readdir(temporary), [], "no file of known hosts is left");
  });

  function run(
    words: string[],
    input?: string,
    start = runProgram,
    more: NodeJS.ProcessEnv = {},
  ): Promise<ProgramRun> {
    const environment = {
      ...environmentFor(daemon),
      ...{ TMPDIR: temporary, HOME: own, SSH_AUTH_SOCK: undefined },
      ...more,
    };
    return start(words, { environment, ...(input === undefined ? {} : { input }) });
  }

  /** Makes `ssh` and `scp` read this as the user's configuration. They find the real one by the user, not by HOME. */
  async function withConfiguration(text: string): Promise<NodeJS.ProcessEnv> {
    const folder = await newFolder();
    const file = join(folder, "config");
    await writeFile(file, text);
    for (const name of ["ssh", "scp"]) {
      const { stdout: program } = await execa("sh", ["-c", `command -v ${name}`]);
      const script = `#!/bin/sh
case " $* " in
  *" -F "*) exec ${program} "$@" ;;
  *) exec ${program} -F ${file} "$@" ;;
esac
`;
      await writeFile(join(folder, name), script, { mode: 0o755 });
    }
    return { PATH: `${folder}:${process.env.PATH}` };
  }

  it("log in without a question, and pass on input, output and exit code", async () => {
    const words = ["mcc", "ssh", "-i", key, "host-1", "--", "hostname; cat; exit 3"];
    for (const start of [runProgram, runProcess]) {
      assert.deepEqual(await run(words, "input", start), {
        exitCode: 3,
        stdout: "host-1\ninput",
        stderr: "",
      });
    }
  });

  it("is not changed by what the user's configuration has for all hosts, except the keys", async () => {
    const environment = await withConfiguration(`Host *
  Port 99
  User bob
  ProxyJump gate
  RemoteCommand false
  HostKeyAlias other
  SessionType none
  ControlMaster auto
  ControlPath ${join(own, "%C")}
  RequestTTY force
  LocalForward 127.0.0.1:1 127.0.0.1:2
  ExitOnForwardFailure yes
  PermitLocalCommand yes
  LocalCommand exit 1
  IdentitiesOnly yes
  IdentityFile ${key}
  CertificateFile ${join(own, "none-cert.pub")}
  StrictHostKeyChecking ask
  BatchMode yes
  SendEnv *
  PreferredAuthentications password
  PubkeyAuthentication no
`);
    assert.deepEqual(await run(["mcc", "ssh", "host-1", "hostname"], "", runProgram, environment), {
      exitCode: 0,
      stdout: "host-1",
      stderr: "",
    });
    const copied = join(own, "copied");
    const words = ["mcc", "cp", "host-1:/etc/hostname", copied];
    assert.equal((await run(words, "", runProgram, environment)).stderr, "");
    assert.equal((await readFile(copied, "utf8")).trim(), "host-1");
  });

  it("goes through a jump host to which the user's configuration applies", async () => {
    const client = await daemon.client();
    const { ipAddress } = await client.call("instance.get", { instance: "host-2" });
    const environment = await withConfiguration(`Host gate
  HostName ${ipAddress}
  User root
  IdentityFile ${key}
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
  RemoteCommand false
  ProxyCommand none
Host *
  ProxyCommand false
`);
    for (const more of [{ MCC_JUMP_HOST: "gate" }, { MCC_JUMP_HOST: "root@gate:22" }]) {
      const words = ["mcc", "ssh", "-i", key, "host-1", "--", 'echo "$SSH_CLIENT"'];
      const { stdout, stderr } = await run(words, "", runProgram, { ...environment, ...more });
      assert.deepEqual([stdout.split(" ")[0], stderr], [ipAddress, ""]);
    }
  });

  it("reports an instance whose address does not answer, with the remedy", async () => {
    const client = await daemon.client();
    const { ipAddress } = await client.call("instance.get", { instance: "host-1" });
    await execa("ip", ["route", "add", "unreachable", `${ipAddress}/32`]);
    try {
      const { exitCode, stderr } = await run(["mcc", "ssh", "host-1", "true"], "", runProcess);
      assert.equal(exitCode, 1);
      assert.match(stderr, /^mcc: Instance \d+ \(host-1\) at \S+ cannot be reached .*MCC_JUMP_HOST\.$/);
    } finally {
      await execa("ip", ["route", "del", "unreachable", `${ipAddress}/32`]);
    }
  });

  it("refuse a user without an accepted key, and ask for no password", async () => {
    const other = join(own, "other");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other]);
    const { exitCode, stderr } = await run(["mcc", "ssh", "-i", other, "host-1", "true"]);
    assert.equal(exitCode, 255);
    assert.match(stderr, /Permission denied \(publickey\)/);
  });

  it("copy files and folders in and out", async () => {
    const site = join(own, "site");
    await mkdir(site);
    await writeFile(join(site, "with blank.txt"), "text\n");
    await writeFile(join(site, "run.sh"), "#!/bin/sh\n");
    await chmod(join(site, "run.sh"), 0o755);
    assert.deepEqual(await run(["mcc", "cp", "-i", key, "-r", site, "host-1:/srv"]), {
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    const listed = await run(["mcc", "exec", "host-1", "ls", "-1", "/srv"]);
    assert.equal(listed.stdout, "run.sh\nwith blank.txt");
    const back = join(own, "back");
    await mkdir(back);
    const paths = ["host-1:/srv/with blank.txt", "host-1:/srv/run.sh", back];
    assert.equal((await run(["mcc", "cp", "-i", key, ...paths])).stderr, "");
    assert.equal(await readFile(join(back, "with blank.txt"), "utf8"), "text\n");
    assert.equal((await stat(join(back, "run.sh"))).mode & 0o777, 0o755);
    const failed = await run(["mcc", "cp", "-i", key, "host-1:/nothing", back]);
    assert.equal(failed.exitCode, 1);
    assert.match(failed.stderr, /nothing.*No such file/i);
  });

  it("copy from one instance to another", async () => {
    assert.equal(
      (await run(["mcc", "cp", "-i", key, "host-1:/etc/hostname", "host-2:/tmp/name"])).stderr,
      "",
    );
    assert.equal((await run(["mcc", "exec", "host-2", "cat", "/tmp/name"])).stdout, "host-1");
  });

  it("refuse a host whose key differs from the one that the daemon generated", async () => {
    const forged = join(own, "forged");
    await execa("dropbearkey", ["-t", "ed25519", "-f", forged]);
    const client = await daemon.client();
    const { exitCode } = await client.call("instance.exec", {
      instance: "host-2",
      command: ["sh", "-c", "cat >/etc/dropbear/dropbear_ed25519_host_key && killall dropbear"],
      stdin: (await readFile(forged)).toString("base64"),
    });
    assert.equal(exitCode, 0);
    await eventually(async () => {
      const { exitCode: refused, stderr } = await run(["mcc", "ssh", "-i", key, "host-2", "true"]);
      assert.equal(refused, 255);
      return stderr.includes("Host key verification failed");
    }, "init has started the SSH server again");
  });
});
