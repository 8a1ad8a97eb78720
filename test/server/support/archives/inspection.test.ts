import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, open, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MccError } from "../../../../protocol/error";
import type { ArchiveRules } from "../../../../server/support/archives/entry-checks";
import { ArchiveInspection } from "../../../../server/support/archives/inspection";
import { archiveLimits } from "../../../../server/support/archives/limits";
import { paxEntry, type TarEntry, tarArchive, tarEnd, tarEntry } from "../../../support/files/tar-archive";
import { temporaryFolders } from "../../../support/files/temporary-folder";

const rules: ArchiveRules = { highestId: 65_535, deviceFolder: /^(\.\/)?dev\// };
const file: TarEntry = { name: "etc/motd", content: "hello" };
const tera = 1024 ** 4;

function inspect(
  archive: Buffer,
  chunkBytes = archive.length || 1,
  limits = archiveLimits,
): ArchiveInspection {
  const inspection = new ArchiveInspection("/images/a.tar", rules, new Set(["bin/sh", "etc/motd"]), limits);
  for (let offset = 0; offset < archive.length; offset += chunkBytes) {
    inspection.take(archive.subarray(offset, offset + chunkBytes));
  }
  inspection.end();
  return inspection;
}

const hostile: readonly { what: string; archive: Buffer; message: RegExp }[] = [
  {
    what: "an absolute path",
    archive: tarArchive({ name: "/etc/passwd" }),
    message: /"\/etc\/passwd" has an absolute path/,
  },
  {
    what: "a path above",
    archive: tarArchive({ name: "a/../../b" }),
    message: /"a\/\.\.\/\.\.\/b" leads out/,
  },
  {
    what: "a path above in a pax header",
    archive: Buffer.concat([paxEntry({ path: "../b" }, file), tarEnd]),
    message: /"\.\.\/b" leads out/,
  },
  {
    what: "a path above in GNU's long name",
    archive: Buffer.concat([
      tarEntry({ name: "././@LongLink", type: "L", content: "../b\0" }),
      tarEntry(file),
      tarEnd,
    ]),
    message: /"\.\.\/b" leads out/,
  },
  {
    what: "a path above for all that follow",
    archive: Buffer.concat([
      tarEntry({ name: "g", type: "g", content: "13 path=../b\n" }),
      tarEntry(file),
      tarEnd,
    ]),
    message: /"\.\.\/b" leads out/,
  },
  {
    what: "a path above for a sparse file",
    archive: Buffer.concat([paxEntry({ "GNU.sparse.name": "../b", path: "fine" }, file), tarEnd]),
    message: /"\.\.\/b" leads out/,
  },
  {
    what: "a zero byte in a path",
    archive: Buffer.concat([paxEntry({ path: "a\0b" }, file), tarEnd]),
    message: /"a.b" has a zero byte/,
  },
  {
    what: "a hard link to an absolute path",
    archive: tarArchive({ name: "a", type: "1", linkName: "/etc/passwd" }),
    message: /"a" is a hard link to "\/etc\/passwd", outside/,
  },
  {
    what: "a hard link to a path above",
    archive: tarArchive({ name: "a", type: "1", linkName: "../etc/passwd" }),
    message: /outside of the archive/,
  },
  {
    what: "a device node",
    archive: tarArchive({ name: "tmp/sda", type: "4" }),
    message: /"tmp\/sda" is a device node/,
  },
  {
    what: "an unknown type",
    archive: tarArchive({ name: "a", type: "Z" }),
    message: /"a" has the unknown type "Z"/,
  },
  {
    what: "the name of a built-in for its type",
    archive: Buffer.concat([paxEntry({ __proto__x: "a" }, { name: "a", type: "_" }), tarEnd]),
    message: /unknown type/,
  },
  {
    what: "an owner out of range",
    archive: tarArchive({ ...file, uid: 65_536 }),
    message: /belongs to the user 65536/,
  },
  {
    what: "an owner out of range in a pax header",
    archive: Buffer.concat([paxEntry({ gid: "4294967294" }, file), tarEnd]),
    message: /belongs to the group 4294967294/,
  },
  {
    what: "an owner that is no number",
    archive: Buffer.concat([paxEntry({ uid: "root" }, file), tarEnd]),
    message: /belongs to the user root/,
  },
  {
    what: "a file of 1 TB",
    archive: tarEntry({ ...file, size: tera }),
    message: /more than 68719476736 bytes/,
  },
  {
    what: "a sparse file of 1 TB",
    archive: Buffer.concat([paxEntry({ "GNU.sparse.realsize": String(tera) }, file), tarEnd]),
    message: /more than 68719476736 bytes, with "etc\/motd"/,
  },
  {
    what: "a size beyond all numbers",
    archive: Buffer.concat([paxEntry({ size: "9".repeat(40) }, file), tarEnd]),
    message: /a size or an owner that is not a number/,
  },
  {
    what: "a negative size",
    archive: Buffer.concat([paxEntry({ size: "-1" }, file), tarEnd]),
    message: /not a number/,
  },
  {
    what: "data behind a link",
    archive: Buffer.concat([
      tarEntry({ name: "a", type: "2", linkName: "b", size: 512 }),
      tarEntry({ name: "../b" }),
      tarEnd,
    ]),
    message: /"a" is not a file but has 512 bytes of data/,
  },
  {
    what: "a name of 256 bytes",
    archive: Buffer.concat([paxEntry({ path: "n".repeat(256) }, file), tarEnd]),
    message: /more than 255 bytes/,
  },
  {
    what: "a path of 4,096 bytes",
    archive: Buffer.concat([paxEntry({ path: "folder/".repeat(585) + "f" }, file), tarEnd]),
    message: /a path of 4096 bytes, and the limit is 4095/,
  },
  {
    what: "a link target of 4,096 bytes",
    archive: Buffer.concat([paxEntry({ linkpath: "t".repeat(4096) }, { name: "a", type: "2" }), tarEnd]),
    message: /a link target of 4096 bytes/,
  },
  {
    what: "a long name of 1 GiB",
    archive: tarEntry({ name: "././@LongLink", type: "L", size: 1024 ** 3 }),
    message: /a header of 1073741824 bytes before byte 512, and the limit is 4096/,
  },
  {
    what: "a pax header of 2 MiB",
    archive: tarEntry({ name: "x", type: "x", size: 2 * 1024 ** 2 }),
    message: /a header of 2097152 bytes/,
  },
  {
    what: "a pax header that is damaged",
    archive: Buffer.concat([
      tarEntry({ name: "x", type: "x", content: "999 path=a\n" }),
      tarEntry(file),
      tarEnd,
    ]),
    message: /a damaged pax header/,
  },
  { what: "nothing", archive: Buffer.alloc(0), message: /not look like a tar archive/ },
  { what: "an end only", archive: tarEnd, message: /has no files in it/ },
  { what: "text", archive: Buffer.from("no tarball\n".repeat(100)), message: /not look like a tar archive/ },
  {
    what: "a header that is damaged",
    archive: Buffer.concat([tarEntry(file), Buffer.alloc(512, "x"), tarEnd]),
    message: /the header before byte 1536 has a wrong checksum/,
  },
  { what: "no end", archive: tarEntry(file), message: /Unexpected EOF in archive/ },
  { what: "half a file", archive: tarEntry(file).subarray(0, 514), message: /Unexpected EOF in archive/ },
  {
    what: "half a header",
    archive: Buffer.concat([tarEntry(file), Buffer.alloc(100)]),
    message: /Unexpected EOF/,
  },
  {
    what: "another archive behind it",
    archive: Buffer.concat([tarArchive(file), tarArchive(file)]),
    message: /another archive after the end of its first/,
  },
];

const harmless: readonly { what: string; archive: Buffer }[] = [
  {
    what: "device nodes in /dev",
    archive: tarArchive(file, { name: "./dev/null", type: "3" }, { name: "dev/sda", type: "4" }),
  },
  { what: "a fifo", archive: tarArchive(file, { name: "run/initctl", type: "6" }) },
  {
    what: "links that lead anywhere",
    archive: tarArchive(file, { name: "a", type: "2", linkName: "/../../etc" }),
  },
  { what: "a hard link inside", archive: tarArchive(file, { name: "a", type: "1", linkName: "etc/motd" }) },
  { what: "dots in names", archive: tarArchive(file, { name: "./a..b/...", content: "" }) },
  { what: "names that are no text", archive: tarArchive(file, { name: "etc/\xff\xfe\n\x1b[31m" }) },
  { what: "one name twice", archive: tarArchive(file, { name: "etc/motd", type: "5" }, file) },
  { what: "the highest owner", archive: tarArchive({ ...file, uid: 65_535 }) },
  { what: "a label", archive: tarArchive({ name: "backup", type: "V" }, file) },
  {
    what: "a hard link with a size, as old tars write it",
    archive: tarArchive(file, { name: "a", type: "1", linkName: "etc/motd", size: 5 }),
  },
  { what: "one zero block at its end", archive: Buffer.concat([tarEntry(file), tarEnd.subarray(0, 512)]) },
  { what: "any bytes after its end", archive: Buffer.concat([tarArchive(file), Buffer.alloc(2000, "x")]) },
  {
    what: "a path of 4,095 bytes",
    archive: Buffer.concat([paxEntry({ path: "folder/".repeat(585) }, file), tarEntry(file), tarEnd]),
  },
];

describe("the inspection of an archive", () => {
  const newFolder = temporaryFolders();

  for (const { what, archive, message } of hostile) {
    it(`refuses ${what}`, () => {
      for (const chunkBytes of [archive.length || 1, 7, 511, 513]) {
        assert.throws(
          () => inspect(archive, chunkBytes),
          (error) => {
            assert.ok(MccError.hasCode(error, "invalid"), String(error));
            assert.match(error.message, /^\/images\/a\.tar [^\n]*\.$/);
            assert.match(error.message, message);
            return true;
          },
        );
      }
    });
  }

  for (const { what, archive } of harmless) {
    it(`accepts ${what}`, () => {
      for (const chunkBytes of [archive.length, 7, 511, 513]) {
        assert.deepEqual([...inspect(archive, chunkBytes).names], ["etc/motd"]);
      }
    });
  }

  it("refuses more entries than its limit, including headers before an entry", () => {
    const limits = { ...archiveLimits, entries: 3 };
    const pair = paxEntry({ path: "a" }, file);
    inspect(Buffer.concat([pair, tarEntry(file), tarEnd]), 512, limits as typeof archiveLimits);
    assert.throws(
      () => inspect(Buffer.concat([pair, pair, tarEnd]), 512, limits as typeof archiveLimits),
      /has more than 3 entries; omit files/,
    );
  });

  it("refuses more bytes than its limit, also after the end of the archive", () => {
    const limits = { ...archiveLimits, bytes: 4096 } as typeof archiveLimits;
    inspect(tarArchive(file), 512, limits);
    assert.throws(
      () => inspect(Buffer.concat([tarArchive(file), Buffer.alloc(4096)]), 512, limits),
      /more than 4096 bytes/,
    );
  });

  it("shows a hostile name on one line, and of limited length", () => {
    const name = `/${"\n\x1b[2J\xff".repeat(100)}`;
    assert.throws(
      () => inspect(Buffer.concat([paxEntry({ path: name }, file), tarEnd])),
      (error: Error) => /^[^\n\x1b]*$/.test(error.message) && error.message.length < 400,
    );
  });

  it("finds the wanted names, with any prefix of ./", () => {
    const archive = tarArchive(
      { name: "./bin/sh", type: "2", linkName: "busybox" },
      { name: "etc/motd/", type: "5" },
    );
    assert.deepEqual([...inspect(archive).names], ["bin/sh"]);
  });

  for (const format of ["gnu", "oldgnu", "pax", "ustar", "v7"]) {
    it(`accepts an archive of GNU tar in the format ${format}, to the last entry`, async () => {
      const folder = await newFolder();
      const root = join(folder, "root");
      await mkdir(join(root, "long/".repeat(format === "v7" ? 10 : 30)), { recursive: true });
      await writeFile(join(root, "sparse"), "beginning");
      // GNU's old format has room for four pieces in its first header, and for 21 in each that follows.
      const sparse = await open(join(root, "sparse"), "r+");
      for (let piece = 0; piece < 30; piece += 1) {
        await sparse.write("piece", piece * 1024 ** 2);
      }
      await sparse.close();
      await writeFile(join(root, "odd"), Buffer.alloc(70_001, "\0x"));
      await symlink("t".repeat(format === "gnu" || format === "pax" ? 300 : 90), join(root, "link"));
      await writeFile(join(root, "motd"), "hello");
      const tarball = join(folder, "a.tar");
      const flags = format === "ustar" || format === "v7" ? [] : ["--sparse"];
      const words = [
        `--format=${format}`,
        ...flags,
        "--owner=0",
        "--group=0",
        "--transform=s,^motd$,etc/motd,",
      ];
      execFileSync("tar", ["-cf", tarball, "-C", root, ...words, "long", "sparse", "odd", "link", "motd"]);
      const archive = await readFile(tarball);
      for (const chunkBytes of [archive.length, 4099]) {
        assert.deepEqual([...inspect(archive, chunkBytes).names], ["etc/motd"]);
      }
      assert.throws(() => inspect(archive.subarray(0, 4099)), /Unexpected EOF/);
    });
  }
});
