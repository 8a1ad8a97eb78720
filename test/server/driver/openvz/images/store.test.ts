import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { imageFormats } from "../../../../../server/driver/openvz/images/formats";
import { ImageArchives } from "../../../../../server/driver/openvz/images/store";
import { assertMccError } from "../../../../support/assert-error";
import { lieOnce } from "../../../../support/files/lying-files";
import { leastRoot, tarArchive } from "../../../../support/files/tar-archive";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("the images of OpenVZ", () => {
  const newFolder = temporaryFolders();
  afterEach(() => sinon.restore());

  it("do not exist if the last step of an import reports a failure", async () => {
    const folder = await newFolder();
    const [cache, imports, tarball] = ["cache", "imports", "image.tar"].map((name) => join(folder, name));
    assert.ok(cache !== undefined && imports !== undefined && tarball !== undefined);
    await mkdir(cache);
    await writeFile(tarball, tarArchive(...leastRoot));
    const archives = new ImageArchives(
      () => Promise.resolve({ folder: cache, format: imageFormats.archives }),
      imports,
    );
    lieOnce("rename");
    await assertMccError(archives.import("web", tarball), "unavailable", /could not be copied to/);
    assert.deepEqual([await readdir(cache), await readdir(imports)], [[], []]);
    assert.equal((await archives.import("web", tarball)).name, "web");
    assert.deepEqual([await readdir(cache), await readdir(imports)], [["web.tar"], ["web"]]);
    assert.equal(await archives.remove("web"), true);
  });
});
