import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { link, mkdir, readdir, readFile, rmdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ContainerFile } from "../../../../../server/driver/driver";
import {
  firstFilesLine,
  firstFilesOf,
  withFirstFiles,
} from "../../../../../server/driver/incus/guest/first-files";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

const run = promisify(execFile);
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

describe("the files of a first start", () => {
  const newFolder = temporaryFolders();

  /** Carries the line out as LXC does, with a folder in the place of the root. */
  async function start(folder: string, files: readonly ContainerFile[], shell = "/bin/sh"): Promise<void> {
    const command = firstFilesLine(files)?.replace("lxc.hook.mount = /bin/sh", shell);
    assert.ok(command !== undefined);
    await run("/bin/sh", ["-c", `exec ${command}`], {
      env: { PATH: process.env["PATH"], LXC_ROOTFS_MOUNT: folder },
    });
  }
  const file = (
    path: string,
    content: string | Buffer,
    mode = 0o644,
    folderMode?: number,
  ): ContainerFile => ({
    path,
    content: Buffer.from(content),
    mode,
    ...(folderMode !== undefined && { folderMode }),
  });

  for (const shell of ["/bin/sh", "/bin/bash", "/bin/busybox sh"]) {
    it(`are written by ${shell} with their bytes, modes and folders`, async () => {
      const folder = await newFolder();
      await writeFile(join(folder, "old"), "a longer text", { mode: 0o640 });
      await start(
        folder,
        [
          file("/a/b/bytes", everyByte, 0o600, 0o700),
          file("/old", "new\n"),
          file("/empty", "", 0o444),
          file("/script", "#!/bin/sh\n", 0o755),
          file("/twice", "one"),
          file("/twice", "'two' \"$HOME\" \\0101;"),
        ],
        shell,
      );
      const found = async (path: string): Promise<[string, string]> => [
        (await readFile(join(folder, path))).toString("latin1"),
        ((await stat(join(folder, path))).mode & 0o7777).toString(8),
      ];
      assert.deepEqual(await found("a/b/bytes"), [everyByte.toString("latin1"), "600"]);
      assert.deepEqual(await found("old"), ["new\n", "644"]);
      assert.deepEqual(await found("empty"), ["", "444"]);
      assert.deepEqual(await found("script"), ["#!/bin/sh\n", "755"]);
      assert.deepEqual(await found("twice"), ["'two' \"$HOME\" \\0101;", "644"]);
      const modes = await Promise.all(
        ["a", "a/b"].map(async (path) => (await stat(join(folder, path))).mode),
      );
      assert.deepEqual(
        modes.map((mode) => (mode & 0o7777).toString(8)),
        ["755", "700"],
      );
    });
  }

  it("replace links to files and to folders, and are not written a second time", async () => {
    const [folder, outside] = [await newFolder(), await newFolder()];
    await writeFile(join(outside, "file"), "other");
    await symlink(join(outside, "file"), join(folder, "link"));
    await symlink(join(outside, "none"), join(folder, "dead"));
    await symlink(outside, join(folder, "etc"));
    await run("mkfifo", [join(folder, "fifo")]);
    const paths = ["/link", "/dead", "/fifo", "/etc/hostname"];
    const files = paths.map((path) => file(path, "first"));
    await start(folder, files);
    await writeFile(join(folder, "fifo"), "of the owner");
    await start(folder, files);
    assert.equal(await readFile(join(folder, "fifo"), "utf8"), "of the owner");
    paths.splice(paths.indexOf("/fifo"), 1);
    const found = await Promise.all(paths.map((path) => readFile(join(folder, path), "utf8")));
    assert.deepEqual(
      found,
      paths.map(() => "first"),
    );
    assert.deepEqual(await readdir(outside), ["file"]);
    assert.equal(await readFile(join(outside, "file"), "utf8"), "other");
  });

  it("make the start fail if one cannot be written", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "folder"));
    const files = [file("/folder", "text"), file("/other", "text")];
    await assert.rejects(start(folder, files));
    await rmdir(join(folder, "folder"));
    await start(folder, files);
    assert.equal(await readFile(join(folder, "other"), "utf8"), "text");
  });

  it("are written in an image that was made of an instance", async () => {
    const folder = await newFolder();
    for (const text of ["first", "second"]) {
      await start(folder, [file("/etc/hostname", text)]);
      assert.equal(await readFile(join(folder, "etc/hostname"), "utf8"), text);
    }
  });

  it("are new ones, without the owner and other names of those of the image", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "key"), "old", { mode: 0o666 });
    await link(join(folder, "key"), join(folder, "copy"));
    await start(folder, [file("/key", "secret", 0o600)]);
    assert.equal(await readFile(join(folder, "copy"), "utf8"), "old");
    assert.equal(await readFile(join(folder, "key"), "utf8"), "secret");
  });

  it("are read from the configuration", () => {
    const files = [file("/a/b", everyByte, 0o600, 0o700), file("/c", "", 0o444), file("/d", "x")];
    const settings = (raw: string, trigger = "create"): { config: Record<string, string> } => ({
      config: { "volatile.apply_template": trigger, "raw.lxc": raw },
    });
    const before = `${firstFilesLine(files)}\nlxc.uts.name = one`;
    const found = firstFilesOf(settings(before));
    assert.deepEqual(found?.files, files);
    assert.equal(found.isNew, true);
    // An operator moved it to another member.
    assert.equal(firstFilesOf(settings(before, "rename"))?.isNew, false);
    assert.equal(firstFilesOf({ config: { "raw.lxc": before } })?.isNew, false);
    assert.equal(firstFilesOf(settings("lxc.uts.name = one")), undefined);
    const other = withFirstFiles(settings(before), firstFilesLine([file("/e", "y")]));
    const changed = firstFilesOf(settings(other));
    assert.deepEqual(changed?.files, [file("/e", "y")]);
    assert.notEqual(changed.mark, found.mark);
    assert.match(other, /^lxc\.hook\.mount.*\nlxc\.uts\.name = one$/);
    assert.equal(withFirstFiles(settings(before), undefined), "lxc.uts.name = one");
  });

  it("are not in the configuration if a shell could not write them", () => {
    assert.equal(firstFilesLine([file("/a b", "text")]), undefined);
    assert.equal(firstFilesLine([file("/a;b", "text")]), undefined);
    assert.equal(firstFilesLine([file("/-a", "text")]), undefined);
    assert.equal(firstFilesLine([file("/a/../../b", "text")]), undefined);
    assert.equal(firstFilesLine([file("/a", "x".repeat(100_000))]), undefined);
  });
});
