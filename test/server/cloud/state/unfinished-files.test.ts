import assert from "node:assert/strict";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeUnfinished } from "../../../../server/cloud/state/unfinished-files";
import { silentDamage } from "../../../support/files/silent-damage";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("a temporary file of an interrupted write", () => {
  const newFolder = temporaryFolders();

  async function folderWith(...files: readonly string[]): Promise<string> {
    const folder = await newFolder();
    for (const file of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), "half");
    }
    return folder;
  }

  async function filesIn(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
      .sort();
  }

  it("is removed in all folders of the daemon, but not in containers, and nothing else is removed", async () => {
    const kept = [
      "instances/500/instance.json",
      "keys/new.json",
      "lxc/containers/mc-1-500/layer/delta/root/file.new",
      "server-id",
    ];
    const left = [
      ...["token.new", "next-id.json.new", "instances/500/instance.json.new", "keys/me.json.new"],
      ...["instances/501/user-data-log.json.new", "fleets/db.json.new", "names/0123456789abcdef/hosts.new"],
    ];
    const folder = await folderWith(...kept, ...left);
    const damaged = silentDamage(folder);
    await removeUnfinished(folder, damaged);
    assert.deepEqual(await filesIn(folder), kept);
    assert.deepEqual(damaged.list(), []);
  });

  it("is removed without the target if it is a link", async () => {
    const outside = await folderWith("victim", "names/instance.json.new");
    const folder = await folderWith("server-id");
    await symlink(join(outside, "victim"), join(folder, "token.new"));
    await symlink(join(outside, "names"), join(folder, "instances"));
    await removeUnfinished(folder, silentDamage(folder));
    assert.deepEqual((await readdir(folder)).sort(), ["instances", "server-id"]);
    assert.deepEqual(await filesIn(outside), ["names/instance.json.new", "victim"]);
  });

  it("is moved away if it is a folder, which would prevent later writes", async () => {
    const folder = await folderWith("next-id.json.new/deep/file");
    const damaged = silentDamage(folder);
    await removeUnfinished(folder, damaged);
    const [{ movedTo = "", reason } = { reason: "" }] = damaged.list();
    assert.match(reason, /it is a folder, and the daemon writes a file there/);
    assert.equal(await readFile(join(movedTo, "deep", "file"), "utf8"), "half");
  });
});
