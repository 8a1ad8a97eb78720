import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import sinon from "sinon";
import { createLxcDriver } from "../../../../../server/driver/lxc/driver";
import { assertMccError } from "../../../../support/assert-error";
import { captureLog } from "../../../../support/captured-log";
import { lieOnce } from "../../../../support/files/lying-files";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../../support/lxc/running-container";
import { testImage } from "../../container-spec";

describe("images of the LXC driver", () => {
  const host = lxcHosts();

  /** Creates a tarball of a folder that the work fills. */
  async function tarballOf(fill: (root: string) => Promise<unknown>, ...words: string[]): Promise<string> {
    const root = join(host().options.folder, "..", "root");
    const tarball = join(root, "..", "made.tar");
    await execa("rm", ["-rf", root]);
    await mkdir(root);
    await fill(root);
    await execa("tar", ["--create", `--file=${tarball}`, `--directory=${root}`, ...words, "."]);
    return tarball;
  }

  /** The smallest contents that count as a root file system. */
  async function fillLeast(root: string): Promise<void> {
    for (const path of ["bin/sh", "sbin/init"]) {
      await mkdir(join(root, path, ".."));
      await writeFile(join(root, path), "", { mode: 0o755 });
    }
  }

  async function assertNoneMade(): Promise<void> {
    assert.deepEqual(await readdir(host().place.images), []);
  }

  // Debian always has gzip. The other programs may not be installed.
  const packings = ["gzip", "bzip2", "xz", "zstd"].filter((program) =>
    (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, program))),
  );
  for (const packing of packings) {
    it(`are imported from tarballs compressed with ${packing}`, async () => {
      const tarball = await tarballOf(fillLeast, `--${packing}`);
      const image = await host().driver.importImage("packed", tarball);
      assert.ok(image.sizeBytes > 0 && image.sizeBytes < 1024 * 1024, String(image.sizeBytes));
    });
  }

  it("belong to the containers' root, keep their modes, and have no device nodes", async () => {
    const tarball = await tarballOf(async (root) => {
      await fillLeast(root);
      await writeFile(join(root, "bin/su"), "");
      await chmod(join(root, "bin/su"), 0o4755);
      await mkdir(join(root, "dev"));
      await execa("mknod", [join(root, "dev/null"), "c", "1", "3"]);
    });
    await host().driver.importImage("own", tarball);
    const rootfs = join(host().place.images, "own", "rootfs");
    const { uid, gid, mode } = await stat(join(rootfs, "bin/su"));
    assert.deepEqual([uid, gid, mode & 0o7777], [100_000, 100_000, 0o4755]);
    assert.deepEqual(await readdir(join(rootfs, "dev")), []);
  });

  it("are refused if they are not root file systems", async () => {
    const { driver, options, tarball } = host();
    const nested = await tarballOf(async (root) => {
      await mkdir(join(root, "rootfs"));
      await fillLeast(join(root, "rootfs"));
    });
    await assertMccError(
      driver.importImage("nested", nested),
      "invalid",
      /no \/sbin\/init.*top of the tarball/,
    );
    await assertNoneMade();

    const text = join(options.folder, "..", "text.tar");
    await writeFile(text, "not a tarball at all\n".repeat(100));
    await assertMccError(
      driver.importImage("text", text),
      "invalid",
      /text\.tar.*not look like a tar archive/,
    );
    await assertNoneMade();

    await copyFile(tarball, text);
    await truncate(text, 1_000_000);
    await assertMccError(driver.importImage("cut", text), "invalid", /text\.tar.*Unexpected EOF/);
    await assertNoneMade();

    const missing = join(options.folder, "missing.tar");
    await assertMccError(driver.importImage("missing", missing), "invalid", /missing\.tar cannot be read/);
    await assertNoneMade();
  });

  it("have parts behind links, which never lead out of the image", async () => {
    const { driver } = host();
    const merged = await tarballOf(async (root) => {
      await mkdir(join(root, "usr"));
      await fillLeast(join(root, "usr"));
      await symlink("usr/bin", join(root, "bin"));
      await symlink("/usr/sbin", join(root, "sbin"));
    });
    await driver.importImage("merged", merged);

    // The host has both.
    const outside = await tarballOf(async (root) => {
      await symlink("../../../../../../usr/bin", join(root, "bin"));
      await symlink("/usr/sbin", join(root, "sbin"));
    });
    await assertMccError(driver.importImage("outside", outside), "invalid", /no \/sbin\/init/);
  });

  it("write nothing outside of themselves", async () => {
    const { driver, options } = host();
    const victim = join(options.folder, "..", "victim");
    const tarball = await tarballOf(
      async (root) => {
        await fillLeast(root);
        await writeFile(join(root, "evil"), "evil");
      },
      "--absolute-names",
      `--transform=s,^./evil$,../../../../victim,`,
    );
    await driver.importImage("evil", tarball).catch(() => undefined);
    assert.equal(existsSync(victim), false);
  });

  it("have unique names: a second one of the same name is refused", async () => {
    const { driver, tarball } = host();
    const image = await driver.importImage(testImage, tarball);
    await assertMccError(driver.importImage(testImage, tarball), "conflict", /"micro" exists already/);
    const both = await Promise.allSettled(["twin", "twin"].map((name) => driver.importImage(name, tarball)));
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    assert.deepEqual((await readdir(host().place.images)).sort(), [testImage, "twin"]);
    assert.deepEqual(
      (await driver.images()).find(({ name }) => name === testImage),
      image,
    );
  });

  it("do not exist if a step after the last change reports a failure", async () => {
    const { driver, place, tarball } = host();
    const lies = [() => lieOnce("rename"), () => lieOnce("open", (path) => path === place.images)];
    try {
      for (const lie of lies) {
        lie();
        await assertMccError(driver.importImage("other", tarball), "engine", /EIO/);
        sinon.restore();
        assert.deepEqual(await driver.images(), []);
        assert.deepEqual(await readdir(place.images), []);
      }
    } finally {
      sinon.restore();
    }
    await driver.importImage("other", tarball);
  });

  it("have shared memory in their containers, which shm_open needs", async () => {
    await startContainer(host());
    assert.match(
      await shell(host(), "grep ' /dev/shm ' /proc/mounts"),
      /^\S+ \/dev\/shm tmpfs rw,nosuid,nodev/,
    );
    assert.equal(await shell(host(), "stat -c %a /dev/shm"), "1777");
  });

  it("are not listed when damaged, and can be replaced or removed", async () => {
    const { options, place, tarball } = host();
    const { log, lines } = captureLog();
    const driver = createLxcDriver({ ...options, log });
    for (const text of ["", "{}"]) {
      await driver.importImage(testImage, tarball);
      await writeFile(join(place.images, testImage, "image.json"), text);
      assert.deepEqual(await driver.images(), []);
      assert.match(String(lines.at(-1)?.["msg"]), /"micro" is not listed.*image\.json is damaged/);
    }
    await driver.importImage(testImage, tarball);
    assert.equal((await driver.images()).length, 1);
    await writeFile(join(place.images, testImage, "image.json"), "");
    assert.equal(await driver.removeImage(testImage), true);
    await assertNoneMade();
    await driver.close();
  });

  it("are shared and never changed by containers", async () => {
    await startContainer(host(), 500);
    await startContainer(host(), 501);
    await shell(host(), "rm -rf /usr/bin/dropbear* /etc/hosts /root; echo changed >/etc/passwd");
    const { stdout } = await host().driver.exec(501, {
      command: ["sh", "-c", "head -1 /etc/passwd; ls -d /root"],
      stdin: Buffer.alloc(0),
      timeoutMs: 10_000,
      maxOutputBytes: 1000,
    });
    assert.match(Buffer.from(stdout).toString(), /^root:.*\n\/root\n$/);
  });

  it("of whole distributions run with LXC's own configuration for them", async () => {
    const { driver, tarball } = host();
    const distribution = await tarballOf(async (root) => {
      await execa("tar", ["--extract", `--file=${tarball}`, `--directory=${root}`]);
      await mkdir(join(root, "usr/lib/systemd"), { recursive: true });
      const init = "#!/bin/sh\nwhile :; do sleep 1000; done\n";
      await writeFile(join(root, "usr/lib/systemd/systemd"), init, { mode: 0o755 });
      await execa("ln", ["-sf", "/usr/lib/systemd/systemd", join(root, "sbin/init")]);
    });
    await driver.importImage("distribution", distribution);
    await startContainer(host(), 500, { image: "distribution" });
    assert.match(await shell(host(), "tr '\\0' ' ' </proc/1/cmdline"), /^\/bin\/sh \/sbin\/init/);
    assert.equal(await shell(host(), "ls -d /dev/tty1"), "/dev/tty1");
    assert.match(await shell(host(), "ls -l /etc/systemd/system"), /sys-kernel-debug\.mount/);
  });
});
