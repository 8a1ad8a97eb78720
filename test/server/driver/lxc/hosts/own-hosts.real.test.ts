import assert from "node:assert/strict";
import fs, { appendFileSync, chmodSync, chownSync } from "node:fs";
import { link, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { MccError } from "../../../../../protocol/error";
import {
  makeOwnHosts,
  readHosts,
  replaceBlock,
  rewriteBlock,
} from "../../../../../server/driver/lxc/hosts/own-hosts";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("a container's own hosts file", () => {
  const newFolder = temporaryFolders();
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = join(await newFolder(), "minicloud");
    path = join(folder, "hosts");
    makeOwnHosts(folder, ["198.18.0.2 one"]);
  });
  afterEach(() => sinon.restore());

  it("belongs to the container's root, and keeps its owner and mode, without set-uid", async () => {
    const access = async (): Promise<number[]> => {
      const { uid, gid, mode } = await stat(path);
      return [uid, gid, mode & 0o7777];
    };
    assert.deepEqual(await access(), [100_000, 100_000, 0o644]);
    assert.equal((await stat(folder)).uid, 100_000);
    chownSync(path, 100_001, 100_002);
    chmodSync(path, 0o4660);
    replaceBlock(folder, ["198.18.0.3 two"]);
    assert.deepEqual(await access(), [100_001, 100_002, 0o660]);
    assert.deepEqual(await readdir(folder), ["hosts"]);
  });

  it("is not written if nothing changes", async () => {
    const { ino } = await stat(path);
    replaceBlock(folder, ["198.18.0.2 one"]);
    assert.equal((await stat(path)).ino, ino);
  });

  it("is changed in place for a container that nobody has yet", async () => {
    const { ino } = await stat(path);
    await writeFile(path, `# kept\n${await readFile(path, "utf8")}`);
    for (const lines of [["198.18.0.3 a-longer-name.example two"], ["198.18.0.4 2"], []]) {
      rewriteBlock(folder, lines);
      const text = await readFile(path, "utf8");
      assert.match(text, /^# kept\n[^]*localhost/);
      assert.deepEqual(text.match(/^198.*$/gm) ?? [], lines);
      assert.equal((await stat(path)).ino, ino);
    }
    assert.deepEqual(await readdir(folder), ["hosts"]);
    await rm(path);
    rewriteBlock(folder, ["198.18.0.3 two"]);
    assert.match(await readFile(path, "utf8"), /localhost[^]*two/);
  });

  it("is not changed in place behind a link, or if it is something else", async () => {
    const victim = join(folder, "..", "victim");
    await writeFile(victim, "untouched");
    for (const put of [() => symlink(victim, path), () => link(victim, path), () => mkdir(path)]) {
      await rm(path, { recursive: true, force: true });
      await put();
      assert.throws(() => rewriteBlock(folder, ["198.18.0.3 two"]), /is not a regular file/);
    }
    assert.equal(await readFile(victim, "utf8"), "untouched");
  });

  it("is created again, and keeps bytes that are not UTF-8", async () => {
    await rm(path);
    replaceBlock(folder, ["198.18.0.3 two"]);
    assert.match(await readFile(path, "utf8"), /localhost[^]*two/);
    await writeFile(path, Buffer.from([0x23, 0xff, 0x80, 0x0a]));
    replaceBlock(folder, ["198.18.0.3 two"]);
    assert.deepEqual([...(await readFile(path)).subarray(0, 4)], [0x23, 0xff, 0x80, 0x0a]);
  });

  it("keeps a line that is added during the write", async () => {
    const rename = sinon.stub(fs, "renameSync");
    rename.onFirstCall().callsFake((...paths) => {
      appendFileSync(path, "198.18.0.9 late\n");
      rename.wrappedMethod(...paths);
    });
    rename.callThrough();
    replaceBlock(folder, ["198.18.0.3 two"]);
    assert.match(await readFile(path, "utf8"), /^198\.18\.0\.9 late$/m);
    assert.match(await readFile(path, "utf8"), /^198\.18\.0\.3 two$/m);
  });

  const hostile: Readonly<Record<string, (outside: string) => Promise<unknown>>> = {
    "a link": (outside) => symlink(outside, path),
    "a second name of a file": (outside) => link(outside, path),
    "a folder": () => mkdir(path),
    "a large file": () => writeFile(path, Buffer.alloc(1024 * 1024 + 1)),
  };
  for (const [what, make] of Object.entries(hostile)) {
    it(`is refused, read and written, as ${what}`, async () => {
      await rm(path);
      const outside = join(folder, "..", "outside");
      await writeFile(outside, "secret\n");
      await make(outside);
      const isRefused = (error: unknown): boolean => MccError.hasCode(error, "conflict");
      assert.throws(() => replaceBlock(folder, ["198.18.0.3 two"]), isRefused);
      assert.throws(() => readHosts(path), isRefused);
      assert.equal(await readFile(outside, "utf8"), "secret\n");
    });
  }

  it("is written without following what is in the place of the temporary file", async () => {
    const outside = join(folder, "..", "outside");
    await writeFile(outside, "secret\n");
    await symlink(outside, join(folder, ".hosts.minicloud"));
    replaceBlock(folder, ["198.18.0.3 two"]);
    assert.equal(await readFile(outside, "utf8"), "secret\n");
    assert.match(await readFile(path, "utf8"), /two/);
  });
});
