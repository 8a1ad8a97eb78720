import assert from "node:assert/strict";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { register, withdraw } from "../../server/runtime-registration";
import { withEnvironment } from "../support/environment";
import { temporaryFolders } from "../support/files/temporary-folder";

const fileOf = (pid: number) => ({
  url: "http://127.0.0.1:8080",
  tokenPath: "/var/lib/minicloud/token",
  pid,
  serverId: "0".repeat(32),
});

describe("the runtime file, by which programs of this host find the daemon", () => {
  const newFolder = temporaryFolders();
  withEnvironment(() => ({ MCC_RUNTIME_DIR: undefined }));

  /** Returns a folder for the files that does not exist yet. */
  async function runtimeFolder(...path: readonly string[]): Promise<string> {
    const folder = join(await newFolder(), ...path);
    process.env["MCC_RUNTIME_DIR"] = folder;
    return folder;
  }

  it("exists for its port, replaces the file of a killed daemon, and other users cannot read it", async () => {
    const folder = await runtimeFolder("run");
    await register(8080, fileOf(1));
    await register(8080, fileOf(2));
    await register(8081, fileOf(3));
    assert.deepEqual((await readdir(folder)).sort(), ["8080.json", "8081.json"]);
    assert.equal((await stat(join(folder, "8080.json"))).mode & 0o007, 0);
    await withdraw(({ pid }) => pid === 1);
    assert.equal((await readdir(folder)).length, 2);
    await withdraw(({ pid }) => pid === 2);
    assert.deepEqual(await readdir(folder), ["8081.json"]);
  });

  it("is removed without other files that are not a daemon's", async () => {
    const folder = await runtimeFolder("run");
    await register(8080, fileOf(1));
    await writeFile(join(folder, "9090.json"), '{"url":');
    await writeFile(join(folder, "9091.json"), "{}");
    await writeFile(join(folder, "notes.txt"), JSON.stringify(fileOf(1)));
    await mkdir(join(folder, "9092.json"));
    await withdraw(() => true);
    assert.deepEqual((await readdir(folder)).sort(), ["9090.json", "9091.json", "9092.json", "notes.txt"]);
  });

  it("replaces any entry in its place: a folder is moved, and a device is not read", async () => {
    const folder = await runtimeFolder("run");
    await mkdir(join(folder, "8080.json", "deep"), { recursive: true });
    await mkdir(join(folder, "8080.json.new"));
    await execa("mkfifo", [join(folder, "8081.json")]);
    const moved = await register(8080, fileOf(1));
    assert.equal(moved.length, 2);
    assert.deepEqual(await readdir(moved[0] ?? ""), ["deep"]);
    await withdraw(({ pid }) => pid === 1);
    assert.deepEqual(
      (await readdir(folder)).sort(),
      ["8081.json", ...moved.map((path) => basename(path))].sort(),
    );
  });

  for (const { path, left } of [
    { path: ["minicloud", "run"], left: [] },
    { path: ["other", "run"], left: ["other"] },
  ]) {
    it(`is removed with the folder ${path.join("/")}, and leaves ${left.join("") || "nothing"} above that`, async () => {
      const folder = await runtimeFolder(...path);
      await register(8080, fileOf(1));
      await withdraw(() => true);
      assert.deepEqual(await readdir(join(folder, "..", "..")), left);
      await withdraw(() => true);
    });
  }
});
