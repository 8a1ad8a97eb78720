import assert from "node:assert/strict";
import { mkdir, readdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Driver } from "../../../../../server/driver/driver";
import { createLxcDriver } from "../../../../../server/driver/lxc/driver";
import { assertMccError } from "../../../../support/assert-error";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../../support/lxc/running-container";

const mebibyte = 1024 * 1024;
const type = { name: "disk", memoryBytes: 64 * mebibyte, diskBytes: 16 * mebibyte };
const write = (file: string, mebibytes: number): string =>
  `dd if=/dev/zero of=/${file} bs=1M count=${mebibytes} conv=fsync 2>&1 | grep -v records; du -m /${file} | cut -f1`;

describe("disk limits of LXC containers", function () {
  this.timeout(120_000);
  const host = lxcHosts();
  let mounts: string[] = [];
  let other: Driver | undefined;

  afterEach(async () => {
    for (const { id } of (await other?.list()) ?? []) {
      await other?.destroy(id);
    }
    await other?.close();
    await other?.purge();
    other = undefined;
    await Promise.all(mounts.map((point) => execa("umount", [point])));
    mounts = [];
  });

  /** Makes a file system in a file, mounts it, and returns a host with the driver's folder on it. */
  async function hostOn(
    kind: "btrfs" | "ext4",
    options: readonly string[],
    prepare: (point: string) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<ReturnType<typeof host> & { point: string }> {
    const image = join(host().options.folder, "..", `${kind}.image`);
    const point = `${image}-mounted`;
    await writeFile(image, "");
    await truncate(image, 256 * mebibyte);
    await execa(`mkfs.${kind}`, ["-q", ...options, image]);
    await mkdir(point, { recursive: true });
    await execa("mount", ["-o", "loop", image, point]);
    mounts.push(point);
    await prepare(point);
    const folder = join(point, "lxc");
    await mkdir(folder);
    other = createLxcDriver({ ...host().options, folder });
    await host().driver.purge();
    await other.open();
    return { ...host(), driver: other, point };
  }

  it("are enforced by btrfs, change at once, and leave nothing", async () => {
    const { point, ...there } = await hostOn("btrfs", [], (at) => execa("btrfs", ["quota", "enable", at]));
    assert.deepEqual(await there.driver.preflight({ diskLimits: true }), []);
    await startContainer(there, 500, { type });
    assert.match(await shell(there, write("a", 30)), /(Disk quota exceeded|No space left)[^]*\n1[0-6]$/);
    await there.driver.resize(500, { ...type, name: "larger", diskBytes: 64 * mebibyte });
    assert.equal(await shell(there, write("b", 20)), "20");
    await there.driver.stop(500, 0);
    await there.driver.resize(500, { ...type, diskBytes: undefined });
    await there.driver.start(500);
    assert.equal(await shell(there, write("c", 60)), "60");
    await startContainer(there, 501, { type: { name: "free" }, ipAddress: "198.18.0.101" });
    await there.driver.resize(501, type);
    await there.driver.destroy(500);
    await there.driver.destroy(501);
    assert.deepEqual(await readdir(join(point, "lxc/containers")), []);
    const { stdout } = await execa("btrfs", ["subvolume", "list", point]);
    assert.equal(stdout, "");
  });

  it("are refused where quotas of btrfs are off, with the remedy", async () => {
    const { point, ...there } = await hostOn("btrfs", []);
    const off = /\(btrfs\) has its quotas switched off/;
    const [finding] = await there.driver.preflight({ diskLimits: true });
    assert.match(finding?.lacking ?? "", off);
    assert.equal(finding?.remedy, `btrfs quota enable ${point}`);
    assert.deepEqual(await there.driver.preflight(), []);
    await assertMccError(startContainer(there, 500, { type }), "conflict", off);
    await there.driver.destroy(500);
    await startContainer(there, 500, { type: { name: "free" } });
    await assertMccError(there.driver.resize(500, type), "conflict", off);
    assert.equal(await shell(there, "echo runs"), "runs");
  });

  it("are refused on ext4 without project quotas, with the remedy", async () => {
    const { point, ...there } = await hostOn("ext4", []);
    const [finding] = await there.driver.preflight({ diskLimits: true });
    assert.equal(
      finding?.lacking,
      `the file system ${point} (ext4) is mounted without project quotas; it must enforce diskBytes`,
    );
    assert.match(
      finding.remedy,
      /tune2fs -O project,quota \/dev\/loop\d+, and mount it with the option prjquota/,
    );
    await assertMccError(startContainer(there, 500, { type }), "conflict", /without project quotas/);
  });

  it("are refused where the file system limits no folders", async () => {
    const [finding] = await host().driver.preflight({ diskLimits: true });
    assert.match(finding?.remedy ?? "", /choose a folder on btrfs, or on ext4 or xfs|tune2fs|mount it/);
  });
});
