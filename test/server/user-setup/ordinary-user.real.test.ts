import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { microTarball } from "../../support/daemons/micro-image";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { OrdinaryUser, type UserRun } from "../../support/lxc/ordinary-user";
import { readPages } from "../../support/pages/markdown";
import { hasEnded } from "../../support/programs/process";
import { eventually } from "../../support/time/eventually";

/** Each step needs those before it: one setup and one daemon serve for all, because both take seconds. */
describe("the daemon of an ordinary user", function () {
  this.timeout(120_000);
  const newFolder = temporaryFolders();
  const user = new OrdinaryUser();
  let untouched: Record<string, string>;

  before(async () => {
    await user.create(await newFolder());
    untouched = await traces();
  });
  after(async () => {
    // After a failure, instances can be left. They would keep this host's cgroups.
    await execa(
      "sh",
      [
        "-c",
        `for each in /sys/fs/cgroup/unified /sys/fs/cgroup; do echo 1 > $each/minicloud-${user.name}/cgroup.kill; done`,
      ],
      { reject: false },
    );
    await eventually(async () => (await removal()).exitCode === 0, "the setup is removed").catch(
      () => undefined,
    );
    await user.remove();
  });

  const setup = (words = ""): Promise<UserRun> =>
    user.runAsRoot(`mccserver --setup-user ${user.name} ${words}`);
  const removal = (words = ""): Promise<UserRun> =>
    user.runAsRoot(`mccserver --remove-user ${user.name} ${words}`);

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

  /** What a setup changes. */
  async function traces(): Promise<Record<string, string>> {
    const { stdout } = await execa("sh", [
      "-c",
      `nft list ruleset; ip -brief link | cut -d' ' -f1; ip route; find /sys/fs/cgroup -ignore_readdir_race -name 'minicloud-${user.name}*'; cat /proc/sys/net/ipv4/ip_forward`,
    ]);
    const files = ["/etc/subuid", "/etc/subgid"].map((path) => [path, readFileSync(path, "utf8")] as const);
    const folders = [
      "/etc",
      "/etc/sudoers.d",
      "/run/minicloud-users",
      "/var/lib/minicloud-users",
      "/run/lxc",
    ].map((path) => [path, readdirSync(path).join()] as const);
    const mounts = readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .filter((line) => line.includes(user.name));
    return Object.fromEntries<string>([["host", stdout], ["mounts", mounts.join()], ...files, ...folders]);
  }

  async function daemonPid(): Promise<number> {
    const text = await readFile(`${user.home}/.local/state/minicloud/run/8080.json`, "utf8");
    return (JSON.parse(text) as { pid: number }).pid;
  }

  it("names the setup if there is none", async () => {
    await fail(user.run("mccserver"), new RegExp(`not run as root[^]*mccserver --setup-user ${user.name}`));
    await fail(user.run("mccserver --check"), new RegExp(`mccserver --setup-user ${user.name}`));
  });

  it("cannot be set up by another user than root, nor for root or a user that does not exist", async () => {
    await fail(
      user.run(`mccserver --setup-user ${user.name}`),
      /Only root can use --setup-user; run it with sudo/,
    );
    await fail(user.runAsRoot("mccserver --setup-user root"), /root is root, which needs no setup/);
    await fail(user.runAsRoot("mccserver --setup-user nobody-here"), /no user "nobody-here".*useradd/);
    await fail(user.runAsRoot("mccserver --setup-user ../x"), /only lower-case letters/);
    assert.deepEqual(await traces(), untouched);
  });

  it("is set up once, and reports each change", async () => {
    const planned = await succeed(setup("--nat --dry-run"));
    assert.deepEqual(await traces(), untouched, "a dry run changes nothing");
    const made = await succeed(setup("--nat"));
    assert.deepEqual(
      made.split("\n").slice(0, -1),
      planned.split("\n").map((line) => line.replace("would create", "created")),
    );
    assert.match(
      made,
      new RegExp(`the user ${user.name} can run mccserver, with instances in 198\\.18\\.64\\.0/22$`),
    );
    const between = await traces();
    assert.equal((await succeed(setup("--nat"))).split("\n").length, 1, "nothing is left to do");
    assert.deepEqual(await traces(), between);
    assert.equal(await succeed(user.runAsRoot("visudo -c -q; echo fine")), "fine");
  });

  it("refuses what root did not allow, with the remedy", async () => {
    await fail(
      user.run("mccserver -r 10.1.2.0/24"),
      /10\.1\.2\.1-10\.1\.2\.254 is outside of 198\.18\.64\.0\/22.*--setup-user/,
    );
    await fail(user.run("mccserver -6 fd00:1::/64"), /Only root's daemon.*omit --range6/);
    await writeFile("/srv/types.json", '[{ "name": "tiny", "diskBytes": 1073741824 }]');
    await fail(user.run("mccserver --types /srv/types.json"), /cannot limit the disk.*\n.*without diskBytes/);
    await fail(user.run("mccserver --state-dir /var/lib/minicloud"), /does not permit it|EACCES/);
    await succeed(setup());
    await fail(
      user.run("mccserver --nat"),
      new RegExp(`may not reach other networks.*--setup-user ${user.name} --nat`),
    );
    await succeed(setup("--nat"));
  });

  it("names each missing part of the setup, and the command that restores it", async () => {
    const restore = new RegExp(`run once as root: mccserver --setup-user ${user.name} --nat`);
    const program = `/etc/minicloud/users/${user.name}/enter`;
    for (const path of [program, `/etc/sudoers.d/minicloud-${user.name}`]) {
      await rm(path);
      await fail(user.run("mccserver --check"), restore);
      await succeed(setup("--nat"));
    }
    await writeFile(program, "#!/bin/sh\n");
    await fail(user.run("mccserver"), /enter is from another version/);
    await succeed(setup("--nat"));
    await succeed(user.run("mccserver --check"));
  });

  it("gives the user root's rights for nothing else", async () => {
    const program = `/etc/minicloud/users/${user.name}/enter`;
    const inside = await succeed(
      user.run(`sudo -n ${program} sh -c 'cat /proc/self/uid_map; touch /etc/shadow; kill -0 1' || true`),
    );
    assert.match(inside, new RegExp(`^ +0 +${user.uid} +1\\n +100000 +\\d+ +65536\\n`));
    assert.match(inside, /touch: .*Permission denied/);
    assert.match(inside, /Operation not permitted/);
    for (const other of ["/bin/sh -c true", `/bin/sh ${program}`, `${program}/../enter2`]) {
      await fail(user.run(`sudo -n ${other}`), /password is required|not allowed|command not found/);
    }
    const { exitCode } = await execa("sudo", ["-n", program, "true"], {
      uid: 65_534,
      gid: 65_534,
      reject: false,
    });
    assert.equal(exitCode, 1, "another user may not run it");
    // No file that root runs or reads belongs to the user.
    await fail(user.run(`echo true > ${program}`), /Permission denied/);
    await fail(user.run(`mkdir /run/minicloud-users/${user.name}/x`), /Permission denied/);
    // The limits of all instances together are root's.
    const limits =
      "find /sys/fs/cgroup/*/minicloud-*$(id -un) -maxdepth 1 -name 'memory.limit_in_bytes' -o -maxdepth 1 -name pids.max";
    await succeed(user.run(`for each in $(${limits}); do test ! -w $each; done`));
  });

  it("has cgroups of its own on a host with version 2 alone, as far as this one shows it", async () => {
    const inside = [
      "stat -f -c %T /sys/fs/cgroup; grep -c cgroup2 /proc/self/mountinfo; tail -n 1 /proc/1/cgroup",
      "mkdir /sys/fs/cgroup/mine && echo 0 > /sys/fs/cgroup/mine/cgroup.procs && tail -n 1 /proc/self/cgroup",
      "test -O /sys/fs/cgroup/cgroup.subtree_control && echo owned",
      "echo 0 > /sys/fs/cgroup/init.scope/cgroup.procs && rmdir /sys/fs/cgroup/mine",
    ].join("\n");
    const become = `setpriv --reuid ${user.uid} --regid ${user.uid} --clear-groups`;
    const only = "umount -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup";
    const enter = `${become} sudo -n /etc/minicloud/users/${user.name}/enter sh -euc "$0"`;
    const run = user.runAsRoot(
      `unshare --mount --propagation private sh -euc '${only} && ${enter}' '${inside}'`,
    );
    assert.match(await succeed(run), /^cgroup2fs\n\d+\n0::\/init\.scope\n0::\/mine\nowned$/);
  });

  it("runs the commands of the page", async () => {
    const page = readPages().find(({ path }) => path === "docs/without-root.md");
    const blocks = page?.blocks.filter(({ language }) => language === "sh") ?? [];
    assert.equal(blocks.length, 4);
    const [settingUp = "", daemon = ""] = blocks.map(({ text }) => text.replaceAll("alice", user.name));
    await succeed(user.runAsRoot(settingUp.replaceAll(/^sudo /gm, "")));
    assert.match(
      await succeed(user.run(daemon)),
      /mccserver serves at http:\/\/127\.0\.0\.1:8080[^]*\nweb\n/,
    );
  });

  it("creates instances that ssh, names and limits work for", async () => {
    await succeed(
      user.run(
        "ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519 && mcc add-key -n me -p ~/.ssh/id_ed25519.pub",
      ),
    );
    await succeed(user.run("mcc run-instances -n db -k me -t light"));
    assert.match(await succeed(user.run("mcc ssh db hostname")), /^db$/m);
    assert.match(await succeed(user.run("mcc exec web -- ping -c 1 -W 5 db")), /1 packets received/);
    assert.match(await succeed(user.run("mcc list-instances")), /web +running[^]*db +running/);
    // The processes belong to the user's ids, and root of the host is not among them.
    const limits = (file: string): string =>
      `cat /sys/fs/cgroup/*/minicloud-${user.name}/lxc.payload.*-501/${file}`;
    assert.equal(await succeed(user.run(limits("memory.limit_in_bytes"))), String(64 * 1024 * 1024));
    assert.equal(await succeed(user.run(limits("pids.max"))), "64");
    assert.equal(await succeed(user.run(limits("cpu.cfs_quota_us"))), "50000");
    const { all } = await user.run("mcc exec db -- sh -c 'for i in $(seq 100); do sleep 5 & done'");
    assert.match(all, /can't fork|Resource temporarily unavailable/);
    await succeed(user.run("mcc stop db && mcc start db && mcc exec db true"));
  });

  it("manages its instances again after it was killed", async () => {
    const first = await succeed(user.run("mcc list-instances"));
    const pid = await daemonPid();
    assert.equal(
      (await execa("stat", ["-c", "%u", `/proc/${pid}`])).stdout,
      String(user.uid),
      "the daemon is the user's",
    );
    await succeed(user.run(`kill -9 ${pid}`));
    await eventually(() => hasEnded(pid), "it has ended");
    await succeed(user.run("mccserver --nat"));
    assert.equal(await succeed(user.run("mcc list-instances")), first);
    await succeed(user.run("mcc exec web true && mcc destroy-instance db && ! mcc exec db true"));
  });

  it("starts instances ahead, which become what was asked for", async () => {
    await succeed(user.run("mcc set-pool micro 1"));
    const isFull = async (): Promise<boolean> =>
      (await succeed(user.run("mcc list-pools"))).includes("micro  1      1");
    await eventually(isFull, "the pool is full");
    const cgroups = `ls -d /sys/fs/cgroup/*/minicloud-${user.name}/lxc.payload.* | sed 's/.*-//' | sort -nu`;
    const running = async (): Promise<string[]> => (await succeed(user.run(cgroups))).trim().split("\n");
    const id = (await running()).at(-1) ?? "";
    await succeed(user.run("mcc run-instances -n ahead -k me -t light"));
    assert.match(await succeed(user.run("mcc list-instances")), new RegExp(`${id} +ahead`));
    assert.match(await succeed(user.run("mcc ssh ahead hostname")), /^ahead$/m);
    assert.equal(
      await succeed(user.run(`cat /sys/fs/cgroup/*/minicloud-${user.name}/lxc.payload.*-${id}/pids.max`)),
      "64",
    );
    await succeed(user.run("mcc set-pool micro 0 && mcc destroy-instance ahead"));
    await eventually(async () => (await running()).length === 1, "only one instance is left");
  });

  it("passes signals on to a daemon in the foreground, which ends with the process that started it", async () => {
    await succeed(user.run(`kill ${await daemonPid()}`));
    for (const [signal, expected] of [
      ["TERM", "0"],
      ["KILL", "137"],
    ] as const) {
      const runtimeFile = "~/.local/state/minicloud/run/8080.json";
      const script = [
        `for i in $(seq 100); do [ -e ${runtimeFile} ] || break; sleep 0.1; done; ! [ -e ${runtimeFile} ]`,
        "mccserver -f --nat > ~/log 2>&1 & pid=$!",
        `for i in $(seq 300); do [ -e ${runtimeFile} ] && break; sleep 0.1; done`,
        `inner=$(sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p' ${runtimeFile})`,
        "test $inner != $pid && mcc exec web true",
        `kill -${signal} $pid; code=0; wait $pid || code=$?; echo "code $code"`,
        "for i in $(seq 100); do kill -0 $inner 2> /dev/null || break; sleep 0.1; done; ! kill -0 $inner",
      ];
      assert.match(await succeed(user.run(script.join("\n"))), new RegExp(`^code ${expected}$`, "m"));
      if (signal === "KILL") {
        await succeed(user.run(`rm ${runtimeFile}`));
      }
    }
  });

  it("is not removed while instances run", async () => {
    const held = await traces();
    await fail(removal(), /instances run \(process \d+\).*nothing was changed.*mccserver --purge/);
    await fail(setup("-r 198.18.128.0/24"), /changing the settings would cut them off/);
    assert.deepEqual(await traces(), held);
  });

  it("starts after a reboot without another setup", async () => {
    await succeed(user.run("mccserver --purge"));
    // A reboot removes these, and the cgroups.
    const run = `/run/minicloud-users/${user.name}`;
    await succeed(
      user.runAsRoot(
        `umount -l ${run}/namespaces/*; rm -r ${run}; ip link delete mcu${user.uid} || true; nft flush ruleset; echo 0 > /proc/sys/net/ipv4/ip_forward; find /sys/fs/cgroup -ignore_readdir_race -depth -type d -path '*/minicloud-${user.name}*' -exec rmdir {} +`,
      ),
    );
    await copyFile(microTarball(), "/srv/micro.tar");
    await chmod("/srv/micro.tar", 0o644);
    await succeed(
      user.run(
        "mccserver --nat -l 0.0.0.0 --insecure && mcc import-image micro /srv/micro.tar && mcc run-instances -n again && mcc exec again true",
      ),
    );
    const { all } = await user.run("mcc exec again -- wget -T 9 -O - http://198.19.254.1:8080");
    assert.match(all, /Connection refused/, "instances do not reach the daemon's port");
    await succeed(user.runAsRoot("ip address add 192.0.2.1/32 dev lo"));
    const later = await user.run("mcc exec again -- wget -T 9 -O - http://192.0.2.1:8080");
    await succeed(user.runAsRoot("ip address delete 192.0.2.1/32 dev lo"));
    assert.match(later.all, /Connection refused/, "nor at an address that the host got later");
    await succeed(
      user.run(
        `kill ${await daemonPid()}; while kill -0 ${await daemonPid()} 2> /dev/null; do sleep 0.1; done; mccserver --purge`,
      ),
    );
  });

  it("leaves nothing after its removal", async () => {
    await succeed(removal("--dry-run"));
    const removed = await succeed(removal());
    assert.match(removed, /removed the namespaces/);
    assert.equal(
      await succeed(removal()),
      `mccserver: the user ${user.name} is not set up; nothing to remove`,
    );
    await mkdir(join("/run", "lxc"), { recursive: true });
    assert.deepEqual(await traces(), untouched);
  });
});
