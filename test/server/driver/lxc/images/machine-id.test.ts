import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { machineIdFiles, machineIdPathsIn } from "../../../../../server/driver/lxc/images/machine-id";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("the machine id of an image", () => {
  const newFolder = temporaryFolders();
  let rootfs: string;

  beforeEach(async () => {
    rootfs = await newFolder();
    await mkdir(join(rootfs, "etc"));
    await mkdir(join(rootfs, "var/lib/dbus"), { recursive: true });
  });

  it("is found in both of its places", async () => {
    await writeFile(join(rootfs, "etc/machine-id"), "0123\n");
    await writeFile(join(rootfs, "var/lib/dbus/machine-id"), "0123\n");
    assert.deepEqual(await machineIdPathsIn(rootfs), ["/etc/machine-id", "/var/lib/dbus/machine-id"]);
  });

  it("is found once behind a link", async () => {
    await writeFile(join(rootfs, "var/lib/dbus/machine-id"), "0123\n");
    await symlink("/var/lib/dbus/machine-id", join(rootfs, "etc/machine-id"));
    assert.deepEqual(await machineIdPathsIn(rootfs), ["/var/lib/dbus/machine-id"]);
  });

  it("is none if it is empty, missing, a folder, or a link to nowhere", async () => {
    assert.deepEqual(await machineIdPathsIn(rootfs), []);
    await writeFile(join(rootfs, "etc/machine-id"), "");
    await symlink("/nowhere", join(rootfs, "var/lib/dbus/machine-id"));
    assert.deepEqual(await machineIdPathsIn(rootfs), []);
  });

  it("differs for each container, and is the same in both places", () => {
    const paths = ["/etc/machine-id", "/var/lib/dbus/machine-id"];
    const [one, two] = [machineIdFiles(paths), machineIdFiles(paths)];
    const texts = [...one, ...two].map(({ content }) => Buffer.from(content).toString());
    assert.ok(texts.every((text) => /^[0-9a-f]{32}\n$/.test(text)));
    assert.deepEqual([texts[0] === texts[1], texts[0] === texts[2]], [true, false]);
  });
});
