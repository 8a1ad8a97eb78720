import assert from "node:assert/strict";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { programs } from "../../images/micro/parts";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";
import { eventually } from "../support/time/eventually";
import { Machine } from "./machine";

/** What apt, dpkg, logind and journald write for every package, and what this test copies. */
const unrelated =
  /^\/(proc|sys|dev|run|tmp|root|var\/log|var\/cache|var\/lib\/dpkg|var\/lib\/(apt|PackageKit|systemd\/linger)|var\/tmp)(\/|$)/;
const mainPid = "systemctl show --property=MainPID --value minicloud";
const installedVersion = "dpkg-query --show --showformat='${Status} ${Version}' minicloud";
const pidNamespace = "mcc exec web readlink /proc/self/ns/pid";

/** What an upgrade must not change. */
interface Kept {
  readonly namespace: string;
  readonly keys: string;
  readonly token: string;
  readonly server: string;
}

describe("the packages", function () {
  this.timeout(120_000);
  const newFolder = temporaryFolders();
  let machine: Machine;
  let files: string[];

  beforeEach(async () => {
    const folder = process.env["MINICLOUD_TEST_PACKAGES"];
    assert.ok(folder, "MINICLOUD_TEST_PACKAGES names no folder: run these tests by npm test.");
    machine = await Machine.start(await newFolder());
    files = (await readdir(folder)).sort();
    for (const file of files) {
      await copyFile(join(folder, file), machine.outside(`/root/${file}`));
    }
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) {
      console.error(
        await machine.try("systemctl status minicloud; journalctl -u minicloud --no-pager | tail -n 20"),
      );
    }
    await machine.stop();
  });

  function packageOf(pattern: RegExp): string {
    const file = files.find((name) => pattern.test(name));
    assert.ok(file, `${pattern} in ${files.join(", ")}`);
    return `/root/${file}`;
  }

  /** Installs a package with apt, without a network. */
  async function install(file: string, ...words: string[]): Promise<string> {
    return await machine.run(`apt-get install --yes --quiet ${words.join(" ")} ${file} 2>&1`);
  }

  async function purge(): Promise<void> {
    await machine.run("apt-get purge --yes --quiet minicloud");
  }

  async function allFiles(): Promise<string[]> {
    const found = await machine.run("find / /var/lib -xdev -print");
    return [...new Set(found.split("\n"))].filter((path) => !unrelated.test(path)).sort();
  }

  async function daemonAnswers(version: RegExp): Promise<void> {
    await eventually(
      async () => version.test(await machine.try("mcc server-info")),
      `a daemon ${version} answers`,
    );
  }

  it("install on Debian, upgrade with an instance running, and leave nothing after a purge", async () => {
    const [present, later] = [packageOf(/_1.*\.deb$/), packageOf(/_99.*\.deb$/)];
    await machine.run("useradd --system ann && useradd --system ben");
    const before = await allFiles();
    const groups = await machine.run("cat /etc/group /etc/gshadow");

    await install(present);
    assert.equal(await machine.run("systemctl is-enabled minicloud"), "enabled");
    await daemonAnswers(/daemon +minicloud 1\./);
    assert.match(await machine.run("man --where mcc-run-instances mcc mccserver"), /mccserver\.8\.gz/);
    const completion = ". /usr/share/bash-completion/completions/mcc-add-key && complete -p mcc-add-key";
    assert.match(await machine.run(`bash -c '${completion}'`), /_mcc mcc-add-key/);
    await machine.run("mcc build-image && mcc run-instances -n web");
    await machine.run("usermod --append --groups minicloud ann");
    assert.match(
      await machine.run(`${as("ann")} 'mcc run-instances -n own && mcc list-instances'`),
      / own +.*running/,
    );
    assert.doesNotMatch(await machine.run(`${as("ann")} 'mcc list-instances'`), / web /);
    assert.match(await machine.try(`${as("ann")} 'mcc list-tokens'`), /role/);
    assert.match(await machine.try(`${as("ann")} 'cat /var/lib/minicloud/token'`), /Permission denied/);
    assert.match(await machine.try(`${as("ben")} 'mcc list-instances'`), /token/);
    await machine.run("mcc destroy-instance own");
    const namespace = await machine.run(pidNamespace);

    await machine.run("echo 'MCCSERVER_OPTIONS=\"--nat --log-level debug\"' >/etc/default/minicloud");
    await install(later);
    await daemonAnswers(/daemon +minicloud 99\.0\.0/);
    assert.equal(await machine.run(pidNamespace), namespace, "the instance was not restarted");
    assert.match(await machine.run("cat /etc/default/minicloud"), /debug/);

    await machine.run("apt-get remove --yes --quiet minicloud");
    assert.notEqual(await machine.try("systemctl is-active minicloud"), "active");
    assert.match(await machine.run("readlink /proc/[0-9]*/ns/pid"), literally(namespace));
    assert.match(await machine.run("ls /var/lib/minicloud"), /instances/);

    await purge();
    assert.deepEqual(await allFiles(), before);
    assert.equal(await machine.run("cat /etc/group /etc/gshadow"), groups);
    assert.doesNotMatch(await machine.run("ip -o link"), /^2:/m);
    const processes = await machine.run("readlink /proc/[0-9]*/ns/pid || true");
    assert.doesNotMatch(processes, literally(namespace));
  });

  it("start the daemon again after a removal and an installation, unless the operator disabled it", async () => {
    const present = packageOf(/_1.*\.deb$/);
    await install(present);
    await daemonAnswers(/daemon +minicloud 1\./);
    // A minimal Debian does not have it.
    await machine.run("rm -f /bin/kill && systemctl reload minicloud");
    await machine.run("apt-get remove --yes --quiet minicloud");
    assert.equal(await machine.try("systemctl is-active minicloud"), "inactive");
    await install(present);
    assert.equal(await machine.run("systemctl is-enabled minicloud"), "enabled");
    await daemonAnswers(/daemon +minicloud 1\./);

    await machine.run("systemctl disable --now minicloud && apt-get remove --yes --quiet minicloud");
    await install(present);
    assert.equal(await machine.try("systemctl is-enabled minicloud"), "disabled");
    assert.equal(await machine.try("systemctl is-active minicloud"), "inactive");
    await purge();
  });

  it("are installed, upgraded and purged where systemd does not run, and start with it later", async () => {
    const [present, later] = [packageOf(/_1.*\.deb$/), packageOf(/_99.*\.deb$/)];
    const before = await allFiles();
    const offline = async (command: string): Promise<string> =>
      await machine.run(`unshare --mount sh -euc 'mount -t tmpfs tmpfs /run; ${command} 2>&1'`);
    await offline(`apt-get install --yes --quiet ${present}; apt-get install --yes --quiet ${later}`);
    await machine.run("systemctl daemon-reload");
    assert.equal(await machine.run("systemctl is-enabled minicloud"), "enabled");
    // By the target, which a machine with another default target loads only when it is asked for.
    assert.match(
      await machine.run("systemctl show --property=Wants multi-user.target"),
      /\bminicloud\.service\b/,
    );
    await offline("apt-get purge --yes --quiet minicloud");
    assert.deepEqual(await allFiles(), before);
  });

  it("recommend what mcc build-image needs", async () => {
    const field = await machine.run(`dpkg-deb --field ${packageOf(/_1.*\.deb$/)} Recommends`);
    const recommended = field.split(/[ ,|]+/);
    for (const { debianPackage } of programs) {
      const essential = await machine.run(`dpkg-query --show --showformat='\${Essential}' ${debianPackage}`);
      assert.ok(essential === "yes" || recommended.includes(debianPackage), debianPackage);
    }
  });

  it("refuse a state folder of a newer release after a downgrade, and start again after an upgrade", async () => {
    const [present, later] = [packageOf(/_1.*\.deb$/), packageOf(/_99.*\.deb$/)];
    await install(later);
    await daemonAnswers(/daemon +minicloud 99\.0\.0/);
    const format = await machine.run("cat /var/lib/minicloud/format");
    await machine.run("echo 99 >/var/lib/minicloud/format");

    await machine.run(`MINICLOUD_ALLOW_DOWNGRADE=1 dpkg --install ${present}`);
    await eventually(
      async () => /a newer release wrote it/.test(await machine.try("journalctl -u minicloud --no-pager")),
      "the daemon says why it does not start",
    );
    assert.equal(await machine.run("cat /var/lib/minicloud/format"), "99");

    await machine.run(`echo ${format} >/var/lib/minicloud/format`);
    await machine.run("systemctl reset-failed minicloud; systemctl restart minicloud");
    await daemonAnswers(/daemon +minicloud 1\./);
    await purge();
  });

  it("refuse a downgrade, and change nothing", async () => {
    const [present, later] = [packageOf(/_1.*\.deb$/), packageOf(/_99.*\.deb$/)];
    await install(later);
    await daemonAnswers(/daemon +minicloud 99\.0\.0/);
    const daemon = await machine.run(mainPid);
    for (const command of [
      `apt-get install --yes --allow-downgrades ${present}`,
      `dpkg --install ${present}`,
    ]) {
      assert.match(
        await machine.try(`${command} 2>&1`),
        /refusing to replace version 99\.0\.0 by the older version 1\..*Nothing was changed/s,
      );
      assert.equal(await machine.run(installedVersion), "install ok installed 99.0.0");
      assert.equal(await machine.run(mainPid), daemon);
    }
    await daemonAnswers(/daemon +minicloud 99\.0\.0/);
    await purge();
  });

  it("upgrade the last release, and keep its instances, keys and token", async () => {
    await install(packageOf(/_0.*\.deb$/));
    await daemonAnswers(/daemon +minicloud 0\.1\.0/);
    const before = await lastReleaseAtWork("mcc");
    await install(packageOf(/_1.*\.deb$/));
    await daemonAnswers(/daemon +minicloud 1\./);
    await hasKept(before);
    await purge();
  });

  it("are installed next to a running daemon of a checkout, which continues, and take over from it", async () => {
    await machine.run(`dpkg-deb --extract ${packageOf(/_0.*\.deb$/)} /root/checkout`);
    await machine.run("mv /root/checkout/usr/lib/minicloud /usr/lib/minicloud-checkout");
    const program = (path: string): string => `/usr/lib/minicloud-checkout/bin/node ${path}`;
    const [daemon, mcc] = ["server/main.js", "cli/bin/mcc.js"].map((path) =>
      program(`/usr/lib/minicloud-checkout/dist/${path}`),
    );
    await machine.run(`${daemon} --nat`);
    const before = await lastReleaseAtWork(mcc);

    const [, pid = ""] =
      /another daemon runs already \(process (\d+)\)/.exec(await install(packageOf(/_1.*\.deb$/))) ?? [];
    assert.match(await machine.run(`tr '\\0' ' ' </proc/${pid}/cmdline`), /minicloud-checkout/);
    assert.equal(await machine.try("systemctl is-active minicloud"), "inactive");
    await daemonAnswers(/daemon +minicloud 0\.1\.0/);

    await machine.run(
      `kill ${pid}; while [ -d /proc/${pid} ]; do sleep 0.1; done; systemctl start minicloud`,
    );
    await daemonAnswers(/daemon +minicloud 1\./);
    await hasKept(before);
    await purge();
  });

  it("survive a full disk during an upgrade, which can be repeated", async () => {
    await machine.run("mkdir /usr/lib/minicloud && mount -t tmpfs -o size=400m tmpfs /usr/lib/minicloud");
    await install(packageOf(/_1.*\.deb$/));
    await daemonAnswers(/daemon +minicloud 1\./);
    await machine.run("mcc build-image && mcc run-instances -n web");
    const before = await kept("mcc");
    await machine.run(
      "mount -o remount,size=$(( $(df --output=used --block-size=1 /usr/lib/minicloud | tail -n 1) + 10000000 )) /usr/lib/minicloud",
    );

    assert.match(
      await machine.try(`dpkg --install ${packageOf(/_99.*\.deb$/)} 2>&1`),
      /No space left on device/,
    );
    await hasKept(before);
    await machine.run("systemctl restart minicloud");
    await daemonAnswers(/daemon +minicloud 1\./);
    await hasKept(before);

    await machine.run("mount -o remount,size=400m /usr/lib/minicloud");
    await install(packageOf(/_99.*\.deb$/));
    await daemonAnswers(/daemon +minicloud 99\./);
    await hasKept(before);
    await purge();
    await machine.run("umount /usr/lib/minicloud && rmdir /usr/lib/minicloud");
  });

  /** Makes an instance and a key. @param mcc the command. */
  async function lastReleaseAtWork(mcc = "mcc"): Promise<Kept> {
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHGoOrTiQeaVgdv0xpVLNFHI3JpBYSSgNR5rRSzTFhvl me";
    await machine.run(
      `${mcc} build-image && ${mcc} add-key --name me --public-key '${key}' && ${mcc} run-instances -n web`,
    );
    return await kept(mcc);
  }

  async function kept(mcc: string): Promise<Kept> {
    return {
      namespace: await machine.run(`${mcc} exec web readlink /proc/self/ns/pid`),
      keys: await machine.run(`${mcc} list-keys`),
      token: await machine.run("cat /var/lib/minicloud/token"),
      server: await machine.run("cat /var/lib/minicloud/server-id"),
    };
  }

  async function hasKept(before: Kept): Promise<void> {
    assert.deepEqual(await kept("mcc"), before);
    assert.match(await machine.run("mcc list-instances"), / web .*running/);
  }

  it("unpack with RPM, and its scripts start and stop the daemon", async () => {
    await machine.run(`cd / && rpm2cpio ${packageOf(/\.rpm$/)} | cpio --extract --make-directories --quiet`);
    await runScript("before-install.sh", 1);
    await runScript("after-install.sh", 1);
    await daemonAnswers(/daemon +minicloud/);
    await runScript("before-remove.sh", 1);
    await runScript("after-install.sh", 2);
    await daemonAnswers(/daemon +minicloud/);
    await runScript("before-remove.sh", 0);
    await runScript("after-remove.sh", 0);
    assert.notEqual(await machine.try("systemctl is-active minicloud"), "active");
    assert.match(await machine.run("ls /var/lib/minicloud"), /format/);
    await machine.run("mccserver --purge");
  });

  async function runScript(name: string, versions: number): Promise<void> {
    const script = await readFile(join(checkout, "packaging", "scripts", name), "utf8");
    await writeFile(machine.outside(`/root/${name}`), script.replaceAll("@VERSION@", "1.0.0"));
    await machine.run(`sh /root/${name} ${versions}`);
  }

  it("have manual pages without warnings", async () => {
    assert.equal(await machine.run(`dpkg-deb --extract ${packageOf(/_1.*\.deb$/)} /root/files`), "");
    const pages = machine.outside("/root/files/usr/share/man");
    for (const section of ["man1", "man8"]) {
      for (const page of await readdir(join(pages, section))) {
        const input = await readFile(join(pages, section, page));
        const words = ["--warnings", "--encoding=UTF-8", "--local-file", "-"];
        const { stderr } = await execa("man", words, { input, env: { MANWIDTH: "100", LC_ALL: "C.UTF-8" } });
        assert.equal(stderr, "", page);
      }
    }
  });
});

/** Begins a command of a user. Without PAM, which would start logind. */
function as(user: string): string {
  return `setpriv --reuid=${user} --regid=${user} --init-groups env HOME=/nonexistent sh -c`;
}

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[[\]]/g, "\\$&"));
}
