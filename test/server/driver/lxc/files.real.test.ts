import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assertMccError } from "../../../support/assert-error";
import { lxcHosts } from "../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../support/lxc/running-container";
import { textFile } from "../container-spec";

const keys = { ...textFile("/root/.ssh/authorized_keys", "key\n"), mode: 0o600, folderMode: 0o700 };

describe("files in LXC containers", () => {
  const host = lxcHosts();
  beforeEach(() => startContainer(host()));

  /** Runs the test with a running and with a stopped container, and checks the files while it runs. */
  function inBothStates(title: string, test: (write: () => Promise<void>) => Promise<void>): void {
    it(`${title}, while it runs`, () => test(() => host().driver.writeFiles(500, [keys])));
    it(`${title}, while it does not run`, () =>
      test(async () => {
        await host().driver.stop(500, 0);
        await host().driver.writeFiles(500, [keys]);
        await host().driver.start(500);
      }));
  }

  inBothStates("have their owner and modes", async (write) => {
    await write();
    assert.equal(
      await shell(host(), "stat -c '%u:%g %a %F' /root/.ssh /root/.ssh/authorized_keys"),
      "0:0 700 directory\n0:0 600 regular file",
    );
    assert.equal(await shell(host(), "cat /root/.ssh/authorized_keys"), "key");
    assert.equal(await shell(host(), "ls -A /root/.ssh"), "authorized_keys", "no other file is left");
  });

  inBothStates("replace a link, and leave alone what it points to", async (write) => {
    await shell(
      host(),
      "mkdir -p /root/.ssh; echo victim >/etc/victim; ln -s /etc/victim /root/.ssh/authorized_keys",
    );
    await write();
    assert.equal(await shell(host(), "cat /etc/victim /root/.ssh/authorized_keys"), "victim\nkey");
    assert.equal(await shell(host(), "stat -c %F /root/.ssh/authorized_keys"), "regular file");
  });

  inBothStates("replace a link to a folder", async (write) => {
    await shell(host(), "mkdir -p /root/.ssh; ln -s /etc /root/.ssh/authorized_keys");
    await write();
    assert.equal(
      await shell(host(), "cat /root/.ssh/authorized_keys; ls /etc/authorized_keys 2>&1"),
      "1: key\nls: /etc/authorized_keys: No such file or directory",
    );
  });

  inBothStates("come back where the container has deleted their folder", async (write) => {
    await write();
    await shell(host(), "rm -rf /root && mkdir -m 700 /root && touch /root/kept");
    await write();
    assert.equal(await shell(host(), "cat /root/.ssh/authorized_keys; ls /root"), "key\nkept");
  });

  inBothStates("come back where the container has deleted what the image had", async (write) => {
    await shell(host(), "rm -rf /root");
    await write();
    assert.equal(await shell(host(), "cat /root/.ssh/authorized_keys"), "key");
  });

  it("are never written to the host through links of the container", async () => {
    const { driver, place, options } = host();
    const target = join(options.folder, "..", "victim");
    await writeFile(target, "untouched");
    await shell(
      host(),
      `rm -rf /root/.ssh; ln -s ${join(target, "..")} /root/.ssh; ln -s ${target} /etc/link`,
    );
    await driver.stop(500, 0);
    // The container itself could not do this. The whole layer may contain anything.
    await symlink(join(target, ".."), join(place.container(500).delta, "outside"));
    await driver.writeFiles(500, [keys, textFile("/etc/link", "new"), textFile("/outside/victim", "new")]);
    assert.equal(await readFile(target, "utf8"), "untouched");
    assert.equal(existsSync(join(target, "..", "authorized_keys")), false);
    await driver.start(500);
    assert.equal(
      await shell(host(), "cat /root/.ssh/authorized_keys /etc/link /outside/victim"),
      "key\nnewnew",
    );
  });

  it("are read only if they are regular files, and never through links", async () => {
    const { driver, place, options } = host();
    const target = join(options.folder, "..", "victim");
    await writeFile(target, "secret of the host");
    await shell(
      host(),
      "cd /srv 2>/dev/null || mkdir /srv; cd /srv; echo one >one; ln -s one link; mkfifo pipe; mkdir folder; ln -s /dev/zero zero; dd if=/dev/zero of=large bs=1 count=0 seek=4294967296 2>/dev/null",
    );
    const read = async (path: string): Promise<string | undefined> => {
      const found = await driver.readFile(500, path, 5);
      return found && Buffer.from(found).toString();
    };
    const none = ["/srv/link", "/srv/pipe", "/srv/folder", "/srv/zero", "/srv/nothing", "/dev/zero"];
    const assertRead = async (): Promise<void> => {
      assert.equal(await read("/srv/one"), "one\n");
      assert.equal(await read("/srv/large"), "\0".repeat(5));
      for (const path of none) {
        assert.equal(await read(path), undefined, path);
      }
    };
    await assertRead();
    await driver.stop(500, 0);
    await symlink(target, join(place.container(500).delta, "outside"));
    await symlink(join(target, ".."), join(place.container(500).delta, "parent"));
    await assertRead();
    assert.equal(await read("/outside"), undefined);
    assert.equal(await read("/parent/victim"), undefined);
  });

  it("are written completely or not at all", async () => {
    const large = { ...textFile("/root/large", "x".repeat(8 * 1024 * 1024)) };
    await host().driver.writeFiles(500, [large]);
    assert.equal(await shell(host(), "wc -c </root/large"), String(large.content.length));
    await shell(host(), "mkdir /root/folder");
    const folder = textFile("/root/folder", "x");
    await assertMccError(host().driver.writeFiles(500, [folder]), "engine", /\/root\/folder.* is a folder/);
    await host().driver.stop(500, 0);
    await assertMccError(host().driver.writeFiles(500, [folder]), "engine", /\/root\/folder/);
    await host().driver.start(500);
    assert.equal(await shell(host(), "ls -A /root | tr '\\n' ' '"), "folder large");
  });

  it("have absolute paths without . and ..", async () => {
    await host().driver.stop(500, 0);
    for (const path of ["/etc/../../escape", "relative", "/", "/etc/./x"]) {
      await assertMccError(host().driver.writeFiles(500, [textFile(path, "x")]), "invalid", /absolute path/);
    }
  });
});
