import assert from "node:assert/strict";
import { chmod, chown, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { containerRoot } from "../../../../../server/driver/lxc/commands/command";
import { assertMccError } from "../../../../support/assert-error";
import { type LxcHost, lxcHosts } from "../../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../../support/lxc/running-container";
import { testImage } from "../../container-spec";

/** An ordinary user, one with ids of other containers on the host, and one inside a container of this driver. */
const strangers = [65_534, 200_000, containerRoot + 1];

/** Returns the result of a program that this user of the host runs. */
async function runAs(userId: number, ...words: string[]): Promise<string> {
  const [program = "", ...rest] = words;
  const { stdout, stderr, message, failed } = await execa(program, rest, {
    uid: userId,
    gid: userId,
    cwd: "/",
    reject: false,
  });
  return failed ? `${stderr} ${message}` : stdout;
}

describe("the files of LXC containers, for users of the host", () => {
  const host = lxcHosts();

  /** Root inside creates a file that everyone may read, and a shell with which every user becomes root. */
  async function makeBait(current: LxcHost): Promise<{ readonly secret: string; readonly shell: string }> {
    await startContainer(current);
    await shell(current, "echo everyone > /root/secret; chmod 755 /root; chmod 644 /root/secret");
    await shell(current, "cp /bin/busybox /root/become; chown 0:0 /root/become; chmod 6755 /root/become");
    const { delta } = current.place.container(500);
    return { secret: join(delta, "root/secret"), shell: join(delta, "root/become") };
  }

  async function assertClosed(current: LxcHost, bait: { secret: string; shell: string }): Promise<void> {
    const { place } = current;
    assert.equal((await stat(bait.shell)).mode & 0o7777, 0o6755, "root has made it");
    for (const userId of strangers) {
      for (const words of [
        ["cat", bait.secret],
        [bait.shell, "id"],
        ["cat", join(current.place.images, testImage, "rootfs/etc/passwd")],
        ["ls", place.containers],
        ["ls", place.images],
        ["ls", place.folder],
      ]) {
        assert.match(
          await runAs(userId, ...words),
          /EACCES|ermission denied/,
          `${userId}: ${words.join(" ")}`,
        );
      }
    }
  }

  it("are not accessible, while the container runs and can be stopped and started", async () => {
    const current = host();
    await assertClosed(current, await makeBait(current));
    await current.driver.stop(500, 0);
    await current.driver.start(500);
    assert.equal(await shell(current, "cat /root/secret"), "everyone");
  });

  it("become inaccessible at the start, if an earlier release left them open", async () => {
    const current = host();
    const bait = await makeBait(current);
    for (const folder of [current.place.folder, current.place.containers, current.place.images]) {
      await chown(folder, 0, 0);
      await chmod(folder, 0o755);
    }
    assert.equal(await runAs(65_534, "cat", bait.secret), "everyone");
    await current.driver.open();
    await assertClosed(current, bait);
  });

  it("are not changed if a link is in the place of a folder", async () => {
    const { driver, place, nextDriver } = host();
    await driver.close();
    await driver.purge();
    const victim = `${place.folder}-victim`;
    await mkdir(victim, { mode: 0o755 });
    await mkdir(place.folder);
    await execa("ln", ["-s", victim, place.containers]);
    const next = nextDriver();
    try {
      await assertMccError(next.open(), "conflict", /containers is a symbolic link.*mount --bind/);
      assert.equal((await stat(victim)).mode & 0o777, 0o755);
    } finally {
      await next.close();
      await execa("rm", ["-r", place.folder, victim]);
    }
  });
});
