import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { linkInLayer, writeIntoLayer } from "../../../../../server/driver/lxc/files/layer";
import { NewLayer } from "../../../../../server/driver/lxc/files/new-layer";
import { hostileRoots } from "../../../../support/files/hostile-root";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("the layer over a hostile image", () => {
  const newFolder = temporaryFolders();

  for (const { what, path, make } of hostileRoots) {
    it(`gets its own ${path} if the image has ${what}, and also if the layer has it later`, async () => {
      const parent = await newFolder();
      const [rootfs, delta, outside] = ["rootfs", "delta", "outside"].map((name) => join(parent, name)) as [
        string,
        string,
        string,
      ];
      await Promise.all([rootfs, delta, outside].map((folder) => mkdir(folder)));
      await writeFile(join(outside, "victim"), "untouched");
      make(rootfs, outside);
      const list = (): string => execFileSync("find", [rootfs, "-printf", "%p %y %m %s %l\n"]).toString();
      const before = list();
      const file = { path, content: Buffer.from("new"), mode: 0o644 };
      const assertWritten = async (): Promise<void> => {
        assert.equal((await lstat(join(delta, path, ".."))).isDirectory(), true);
        assert.equal((await lstat(join(delta, path))).isFile(), true);
        assert.equal(await readFile(join(delta, path), "utf8"), "new");
        assert.deepEqual(await readdir(outside), ["victim"]);
        assert.equal(await readFile(join(outside, "victim"), "utf8"), "untouched");
      };
      for (const write of [
        () => new NewLayer({ delta, rootfs }).write([file]),
        () => writeIntoLayer({ delta, rootfs }, [file]),
      ]) {
        write();
        await assertWritten();
        assert.equal(list(), before, "the image is as it was");
        execFileSync("rm", ["-rf", join(delta, path.split("/")[1] ?? "")]);
      }
      writeIntoLayer({ delta, rootfs }, [file]);

      execFileSync("rm", ["-rf", join(delta, path, "..")]);
      make(delta, outside);
      if (what === "a full folder") {
        assert.throws(() => writeIntoLayer({ delta, rootfs }, [file]), /it is a folder in the instance/);
        assert.deepEqual(
          await readdir(join(delta, path, "..")),
          [path.split("/").at(-1)],
          "no other file is left",
        );
      } else {
        writeIntoLayer({ delta, rootfs }, [file]);
        await assertWritten();
      }

      linkInLayer({ delta, rootfs }, path, "/elsewhere");
      assert.equal((await lstat(join(delta, path))).isSymbolicLink(), true);
    });
  }
});

describe("a new layer", () => {
  const newFolder = temporaryFolders();
  const file = (path: string, content: string, folderMode?: number) => ({
    path,
    content: Buffer.from(content),
    mode: 0o640,
    ...(folderMode !== undefined && { folderMode }),
  });

  it("has the same files, folders and links as one that is written without haste", async () => {
    const parent = await newFolder();
    const [rootfs, delta, other] = ["rootfs", "delta", "other"].map((name) => join(parent, name)) as [
      string,
      string,
      string,
    ];
    await Promise.all([rootfs, delta, other].map((folder) => mkdir(folder)));
    await mkdir(join(rootfs, "root"), { mode: 0o700 });
    const files = [
      file("/etc/one", "1"),
      file("/root/.ssh/keys", "2", 0o700),
      file("/root/.ssh/more", "3"),
      file("/etc/one", "replaced"),
      file("/srv", "a file"),
      file("/srv/deep/file", "in a folder in its place"),
      file("/etc/hosts", "5"),
    ];
    const layer = new NewLayer({ delta, rootfs });
    layer.write(files);
    layer.link("/etc/hosts", "minicloud/hosts");
    writeIntoLayer({ delta: other, rootfs }, files);
    linkInLayer({ delta: other, rootfs }, "/etc/hosts", "minicloud/hosts");
    const list = (folder: string): string[] =>
      execFileSync("find", [folder, "-mindepth", "1", "-printf", "%P %y %m %U %l\n"])
        .toString()
        .split("\n")
        .sort();
    assert.deepEqual(list(delta), list(other));
    assert.equal(await readFile(join(delta, "etc/one"), "utf8"), "replaced");
    assert.equal(await readFile(join(delta, "srv/deep/file"), "utf8"), "in a folder in its place");
    assert.match(list(delta).join("\n"), /root\/\.ssh d 700/);
  });
});
