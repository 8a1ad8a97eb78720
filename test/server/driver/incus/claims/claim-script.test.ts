import assert from "node:assert/strict";
import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import {
  claimScript,
  doneLine,
  isScriptable,
  readyLine,
  readyScript,
} from "../../../../../server/driver/incus/claims/claim-script";
import { temporaryFolders } from "../../../../support/files/temporary-folder";
import { textFile } from "../../container-spec";

describe("the script of a claim", () => {
  const newFolder = temporaryFolders();
  let folder: string;

  beforeEach(async () => {
    folder = await newFolder();
    await mkdir(join(folder, "bin"));
    const hostname = `#!/bin/sh\necho "$@" >${folder}/name\n`;
    await writeFile(join(folder, "bin", "hostname"), hostname, { mode: 0o755 });
  });

  /** @param path default: with a command `hostname` that only writes the name into a file. */
  async function shell(script: string, path = `${folder}/bin:${process.env["PATH"]}`): Promise<string> {
    const { stdout } = await execa("/bin/sh", [], { input: script, env: { PATH: path }, reject: false });
    return stdout;
  }

  it("writes files with their modes, replaces links, and sets the name", async () => {
    const text = `it's $HOME \`id\` \\ "quoted" %s\n\n`;
    await writeFile(join(folder, "victim"), "untouched");
    await symlink("victim", join(folder, "link"));
    const files = [
      { ...textFile(join(folder, "one", "two", "three"), text), mode: 0o600, folderMode: 0o700 },
      textFile(join(folder, "link"), "new"),
      { ...textFile(join(folder, "link"), "newest"), mode: 0o640 },
      textFile(join(folder, "empty"), ""),
    ];
    assert.equal(await shell(claimScript("web", files)), doneLine);
    assert.equal(await readFile(join(folder, "one", "two", "three"), "utf8"), text);
    assert.equal(await readFile(join(folder, "victim"), "utf8"), "untouched");
    assert.equal(await readFile(join(folder, "link"), "utf8"), "newest");
    assert.equal(await readFile(join(folder, "name"), "utf8"), "web\n");
    const modes = ["one", "one/two", "one/two/three", "link", "empty"].map(
      async (path) => (await stat(join(folder, path))).mode & 0o777,
    );
    assert.deepEqual(await Promise.all(modes), [0o755, 0o700, 0o600, 0o640, 0o644]);
  });

  it("does nothing if a part of it is missing, and does not report success after a failure", async () => {
    const script = claimScript("web", [textFile(join(folder, "file"), "text")]);
    assert.equal(await shell(script.slice(0, -3)), "");
    await assert.rejects(stat(join(folder, "file")), /ENOENT/);
    await mkdir(join(folder, "file"));
    assert.equal(await shell(script), "");
    await assert.rejects(stat(join(folder, "name")), /ENOENT/);
  });

  it("changes only the modes that the container does not have yet", () => {
    const files = [
      { ...textFile("/a/b", "text"), mode: 0o600, folderMode: 0o700 },
      { ...textFile("/c/d", "text"), mode: 0o640 },
    ];
    const script = claimScript("web", files, [
      { ...textFile("/a/b", ""), mode: 0o600, folderMode: 0o700 },
      textFile("/c/d", ""),
    ]);
    assert.deepEqual(script.match(/^chmod .*$/gm), ["chmod 640 '/c/d'"]);
  });

  it("needs a command that sets the name", async () => {
    assert.equal(await shell(readyScript), readyLine);
    assert.match(await shell(readyScript, folder), /no command hostname/);
  });

  it("contains only texts that every shell passes on", () => {
    const withContent = (content: Buffer): boolean => isScriptable({ path: "/a", content, mode: 0o644 });
    assert.deepEqual(
      [Buffer.from("a\tb\n"), Buffer.from([0]), Buffer.from("ä"), Buffer.alloc(300_000, "a")].map(
        withContent,
      ),
      [true, false, false, false],
    );
  });
});
