import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ContainerFile } from "../../../../../server/driver/driver";
import {
  firstFilesLine,
  pendingFiles,
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
    for (const text of ["first", "second"]) {
      await start(
        folder,
        paths.map((path) => file(path, text)),
      );
    }
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
    await assert.rejects(start(folder, [file("/folder", "text"), file("/other", "text")]));
    await assert.rejects(readFile(join(folder, "etc/minicloud-files")));
  });

  it("are read from the configuration until the first start", () => {
    const files = [file("/a/b", everyByte, 0o600, 0o700), file("/c", "", 0o444), file("/d", "x")];
    const settings = (raw: string): { config: Record<string, string> } => ({
      config: { "volatile.apply_template": "create", "raw.lxc": raw },
    });
    const before = `${firstFilesLine(files)}\nlxc.uts.name = one`;
    assert.deepEqual(pendingFiles(settings(before)), files);
    assert.deepEqual(pendingFiles({ config: { "raw.lxc": before } }), []);
    assert.deepEqual(pendingFiles(settings("lxc.uts.name = one")), []);
    const other = withFirstFiles(settings(before), firstFilesLine([file("/e", "y")]));
    assert.deepEqual(pendingFiles(settings(other)), [file("/e", "y")]);
    assert.match(other, /^lxc\.hook\.mount.*\nlxc\.uts\.name = one$/);
    assert.equal(withFirstFiles(settings(before), undefined), "lxc.uts.name = one");
  });

  it("are not in the configuration if a shell could not write them", () => {
    assert.equal(firstFilesLine([file("/a b", "text")]), undefined);
    assert.equal(firstFilesLine([file("/a;b", "text")]), undefined);
    assert.equal(firstFilesLine([file("/a", "x".repeat(100_000))]), undefined);
  });
});
