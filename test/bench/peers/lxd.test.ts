import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withLxd } from "../../../bench/peers/lxd";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("LXD as a peer of the bench", () => {
  const newFolder = temporaryFolders();
  const path = process.env["PATH"];
  let folder: string;

  /** Puts a program in place of LXD's client, which writes its arguments into a file. */
  beforeEach(async () => {
    folder = await newFolder();
    const log = join(folder, "commands");
    const script = `#!/bin/sh\necho "$*" >>${log}\ncase "$*" in *-1) exit 1;; esac\n`;
    await writeFile(join(folder, "lxc"), script, { mode: 0o755 });
    process.env["PATH"] = `${folder}:${path}`;
  });
  afterEach(() => {
    process.env["PATH"] = path;
  });

  it("launches each container of the imported image, and removes all of them and the image after a failure", async () => {
    const place = { tarball: "/image.tar", folder, count: 2, signal: new AbortController().signal };
    await assert.rejects(
      withLxd(place, (containers) => containers.launch(1)),
      /lxc launch .*-1/,
    );
    const name = `mcbench-${process.pid}`;
    const commands = (await readFile(join(folder, "commands"), "utf8")).trim().split("\n");
    // The deletes run at the same time.
    const inOrder = [...commands.slice(0, 3), ...commands.slice(3, 5).toSorted(), ...commands.slice(5)];
    assert.deepEqual(inOrder, [
      `image import ${folder}/lxd/metadata.tar /image.tar --alias ${name}`,
      `launch ${name} ${name}-0`,
      `launch ${name} ${name}-1`,
      `delete --force ${name}-0`,
      `delete --force ${name}-1`,
      `image delete ${name}`,
    ]);
  });
});
