import assert from "node:assert/strict";
import { copyFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";
import { eventually } from "../support/time/eventually";
import { Machine } from "./machine";

/** What dpkg and journald write for every package, and what this test copies. */
const unrelated = /^\/(proc|sys|dev|run|tmp|root|var\/log|var\/cache|var\/lib\/dpkg)(\/|$)/;
const pidNamespace = "mcc exec web readlink /proc/self/ns/pid";

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
  afterEach(async () => await machine.stop());

  function packageOf(pattern: RegExp): string {
    const file = files.find((name) => pattern.test(name));
    assert.ok(file, `${pattern} in ${files.join(", ")}`);
    return `/root/${file}`;
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
    const [present, later] = [packageOf(/_0.*\.deb$/), packageOf(/_99.*\.deb$/)];
    const before = await allFiles();

    await machine.run(`dpkg --install ${present}`);
    assert.equal(await machine.run("systemctl is-enabled minicloud"), "enabled");
    await daemonAnswers(/daemon +minicloud 0\./);
    assert.match(await machine.run("man --where mcc-run-instances mcc mccserver"), /mccserver\.8\.gz/);
    const completion = ". /usr/share/bash-completion/completions/mcc-add-key && complete -p mcc-add-key";
    assert.match(await machine.run(`bash -c '${completion}'`), /_mcc mcc-add-key/);
    await machine.run("mcc build-image && mcc run-instances -n web");
    const namespace = await machine.run(pidNamespace);

    await machine.run("echo 'MCCSERVER_OPTIONS=\"--nat --log-level debug\"' >/etc/default/minicloud");
    await machine.run(`dpkg --install ${later}`);
    await daemonAnswers(/daemon +minicloud 99\.0\.0/);
    assert.equal(await machine.run(pidNamespace), namespace, "the instance was not restarted");
    assert.match(await machine.run("cat /etc/default/minicloud"), /debug/);

    await machine.run("dpkg --remove minicloud");
    assert.notEqual(await machine.try("systemctl is-active minicloud"), "active");
    assert.match(await machine.run("readlink /proc/[0-9]*/ns/pid"), literally(namespace));
    assert.match(await machine.run("ls /var/lib/minicloud"), /instances/);

    await machine.run("dpkg --purge minicloud");
    assert.deepEqual(await allFiles(), before);
    assert.doesNotMatch(await machine.run("ip -o link"), /^2:/m);
    const processes = await machine.run("readlink /proc/[0-9]*/ns/pid || true");
    assert.doesNotMatch(processes, literally(namespace));
  });

  it("refuse a state folder of a newer release after a downgrade, and start again after an upgrade", async () => {
    const [present, later] = [packageOf(/_0.*\.deb$/), packageOf(/_99.*\.deb$/)];
    await machine.run(`dpkg --install ${later}`);
    await daemonAnswers(/daemon +minicloud 99\.0\.0/);
    const format = await machine.run("cat /var/lib/minicloud/format");
    await machine.run("echo 99 >/var/lib/minicloud/format");

    await machine.run(`dpkg --install ${present}`);
    await eventually(
      async () => /a newer release wrote it/.test(await machine.try("journalctl -u minicloud --no-pager")),
      "the daemon says why it does not start",
    );
    assert.equal(await machine.run("cat /var/lib/minicloud/format"), "99");

    await machine.run(`echo ${format} >/var/lib/minicloud/format`);
    await machine.run("systemctl reset-failed minicloud; systemctl restart minicloud");
    await daemonAnswers(/daemon +minicloud 0\./);
    await machine.run("dpkg --purge minicloud");
  });

  it("unpack with RPM, and its scripts start and stop the daemon", async () => {
    await machine.run(`cd / && rpm2cpio ${packageOf(/\.rpm$/)} | cpio --extract --make-directories --quiet`);
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
    const script = join(checkout, "packaging", "scripts", name);
    await copyFile(script, machine.outside(`/root/${name}`));
    await machine.run(`sh /root/${name} ${versions}`);
  }

  it("have manual pages without warnings", async () => {
    assert.equal(await machine.run(`dpkg-deb --extract ${packageOf(/_0.*\.deb$/)} /root/files`), "");
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

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[[\]]/g, "\\$&"));
}
