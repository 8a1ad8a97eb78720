import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { assertMccError } from "../../../../support/assert-error";
import {
  leastRoot,
  type TarEntry,
  tarArchive,
  tarEnd,
  tarEntry,
} from "../../../../support/files/tar-archive";
import { lxcHosts } from "../../../../support/lxc/lxc-host";

describe("hostile images of the LXC driver", () => {
  const host = lxcHosts();

  async function importArchive(archive: Buffer, name = "hostile"): Promise<unknown> {
    const path = join(host().options.folder, "..", "hostile.tar");
    await writeFile(path, archive);
    return await host().driver.importImage(name, path);
  }

  const outside = (): string => join(host().options.folder, "..", "outside");
  const refused: readonly { what: string; entries: () => readonly TarEntry[]; message: RegExp }[] = [
    {
      what: "a file below a link out of it",
      entries: () => [
        { name: "a", type: "2", linkName: outside() },
        { name: "a/evil", content: "evil" },
      ],
      message: /hostile\.tar cannot be unpacked: .*tar: a\/evil/,
    },
    {
      what: "a hard link through a link out of it",
      entries: () => [
        { name: "a", type: "2", linkName: "/etc" },
        { name: "b", type: "1", linkName: "a/passwd" },
      ],
      message: /hostile\.tar cannot be unpacked: .*tar: b: Cannot hard link/,
    },
    {
      what: "a hard link to nothing",
      entries: () => [{ name: "b", type: "1", linkName: "nothing" }],
      message: /tar: b: Cannot hard link/,
    },
    {
      what: "a folder in the place of a full one, and a file in the place of that",
      entries: () => [
        { name: "a/b", content: "x" },
        { name: "a", content: "x" },
      ],
      message: /tar: a: Cannot open/,
    },
    {
      what: "a device node",
      entries: () => [{ name: "tmp/sda", type: "4" }],
      message: /is a device node outside of \/dev/,
    },
    { what: "an absolute path", entries: () => [{ name: outside() }], message: /has an absolute path/ },
    { what: "an owner out of range", entries: () => [{ name: "a", uid: 70_000 }], message: /user 70000/ },
    {
      what: "a file in the place of /bin/sh's folder",
      entries: () => [{ name: "bin/sh", type: "5" }],
      message: /cannot be unpacked|has no \/bin\/sh/,
    },
  ];

  for (const { what, entries, message } of refused) {
    it(`with ${what} are refused as invalid, and nothing is left`, async () => {
      await assertMccError(importArchive(tarArchive(...leastRoot, ...entries())), "invalid", message);
      assert.deepEqual(await readdir(host().place.images), []);
      assert.equal(existsSync(outside()), false);
    });
  }

  it("whose parts are folders or FIFOs are refused", async () => {
    for (const type of ["5", "6"]) {
      await assertMccError(
        importArchive(tarArchive({ name: "bin/sh", type }, { name: "sbin/init", type })),
        "invalid",
        /has no \/sbin\/init/,
      );
    }
    assert.deepEqual(await readdir(host().place.images), []);
  });

  it("with odd names, FIFOs and any links are imported, listed and removed", async () => {
    const { driver, place } = host();
    await importArchive(
      tarArchive(
        ...leastRoot,
        { name: "etc/\xff\n\x1b[31m", content: "x" },
        { name: "etc/passwd", type: "6" },
        { name: "root", type: "2", linkName: "/root" },
        { name: "dev/sda", type: "4" },
      ),
    );
    assert.deepEqual(
      (await driver.images()).map(({ name }) => name),
      ["hostile"],
    );
    assert.equal(await driver.removeImage("hostile"), true);
    assert.deepEqual(await readdir(place.images), []);
  });

  it("that do not fit on the file system are reported as exhausted, and nothing is left", async () => {
    const { driver, place } = host();
    await driver.open();
    await execa("mount", ["-t", "tmpfs", "-o", "size=2m,mode=755", "tmpfs", place.images]);
    try {
      const large = tarArchive(...leastRoot, { name: "large", content: Buffer.alloc(4 * 1024 ** 2, "x") });
      await assertMccError(
        importArchive(large),
        "exhausted",
        /hostile\.tar cannot be unpacked: .*no space left/i,
      );
      assert.deepEqual(await readdir(place.images), []);
      await importArchive(tarArchive(...leastRoot));
    } finally {
      await execa("umount", [place.images]);
    }
  });

  it("with errors in many files are refused with the first message, and in little memory", async () => {
    const entries = Array.from({ length: 20_000 }, (_, index) =>
      tarEntry({ name: `b${index}`, type: "1", linkName: "nothing" }),
    );
    const error = await assertMccError(
      importArchive(Buffer.concat([...leastRoot.map(tarEntry), ...entries, tarEnd])),
      "invalid",
      /tar: b0: Cannot hard link/,
    );
    assert.ok(error.message.length < 1000);
  });
});
