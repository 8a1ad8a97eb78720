import assert from "node:assert/strict";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installWhole } from "../../../quickstart/pulumi-cli/install";
import { assertMccError } from "../../support/assert-error";
import { temporaryFolders } from "../../support/files/temporary-folder";

async function fill(folder: string): Promise<void> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  for (const program of ["pulumi", "pulumi-language-nodejs"]) {
    await writeFile(join(bin, program), "#!/bin/sh\necho v3.230.0\n");
    await chmod(join(bin, program), 0o755);
  }
}

describe("the installation of a Pulumi CLI", () => {
  const newFolder = temporaryFolders();

  it("gives the folder its name only when it is complete", async () => {
    const versions = join(await newFolder(), "versions");
    let during: string[] = [];
    const cli = await installWhole(versions, "3.230.0", async (folder) => {
      await fill(folder);
      during = await readdir(versions);
    });
    assert.deepEqual(during, [`.unfinished-${process.pid}`]);
    assert.deepEqual(cli, { binFolder: join(versions, "3.230.0", "bin"), version: "3.230.0" });
    assert.deepEqual(await readdir(versions), ["3.230.0"]);
  });

  it("leaves nothing if it fails", async () => {
    const versions = await newFolder();
    await assert.rejects(
      installWhole(versions, "3.230.0", async (folder) => {
        await fill(folder);
        throw new Error("no space");
      }),
      /no space/,
    );
    assert.deepEqual(await readdir(versions), []);
  });

  it("removes the folder of a killed process, but not that of a running process", async () => {
    const versions = await newFolder();
    const ofTheDead = ".unfinished-4194999";
    const ofTheLiving = `.unfinished-${process.ppid}`;
    await mkdir(join(versions, ofTheDead));
    await mkdir(join(versions, ofTheLiving));
    await installWhole(versions, "3.230.0", fill);
    assert.deepEqual(await readdir(versions), [ofTheLiving, "3.230.0"]);
  });

  it("replaces a broken installation", async () => {
    const versions = await newFolder();
    await mkdir(join(versions, "3.230.0", "bin"), { recursive: true });
    assert.equal((await installWhole(versions, "3.230.0", fill)).version, "3.230.0");
  });

  it("refuses a CLI that does not work", async () => {
    const versions = await newFolder();
    await assertMccError(
      installWhole(versions, "3.230.0", () => Promise.resolve()),
      "internal",
      /"pulumi version" fails/,
    );
  });
});
