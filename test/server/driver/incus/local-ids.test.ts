import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { localIdsFinding } from "../../../../server/driver/incus/local-ids";
import { temporaryFolders } from "../../../support/files/temporary-folder";

const local = { urls: ["unix:/var/lib/lxd/unix.socket"] };

describe("the ids of an engine on this machine", () => {
  const newFolder = temporaryFolders();

  async function etc(files: Record<string, string>): Promise<string> {
    const folder = await newFolder();
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
    return folder;
  }

  it("are enough if both files grant root an instance's", async () => {
    const both = "# ids\nann:100000:65536\nroot:1000000:1000000000\n";
    assert.deepEqual(
      await localIdsFinding(local, await etc({ subuid: both, subgid: "0:1:65536\n" }), true),
      [],
    );
  });

  for (const [title, files, named] of [
    ["files are missing", {}, "/etc/subuid and /etc/subgid"],
    ["files are empty", { subuid: "", subgid: "" }, "/etc/subuid and /etc/subgid"],
    ["one has only another user", { subuid: "root:1:65536", subgid: "ann:100000:65536" }, "/etc/subgid"],
    ["one has too few", { subuid: "root:100000:1000", subgid: "root:1:65536" }, "/etc/subuid"],
  ] as const) {
    it(`are missing if the ${title}, with the remedy`, async () => {
      const [finding, ...more] = await localIdsFinding(local, await etc(files), true);
      assert.ok(finding);
      assert.ok(finding.lacking.startsWith(`${named} of this machine grant no ids to root`), finding.lacking);
      assert.match(finding.remedy, /add the line root:1000000:1000000000/);
      assert.equal(finding.optional, true);
      assert.deepEqual(more, []);
    });
  }

  it("do not matter without newuidmap, and for an engine on another machine", async () => {
    const empty = await etc({});
    assert.deepEqual(await localIdsFinding(local, empty, false), []);
    assert.deepEqual(await localIdsFinding({ urls: ["https://m1:8443"] }, empty, true), []);
  });
});
