import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { withArchive } from "../../../../server/support/archives/file";
import { inspectArchive } from "../../../../server/support/archives/inspect";
import { ArchiveInspection } from "../../../../server/support/archives/inspection";
import { archiveLimits } from "../../../../server/support/archives/limits";
import type { Packing } from "../../../../server/support/archives/packings";
import { assertMccError } from "../../../support/assert-error";
import { leastRoot, tarArchive } from "../../../support/files/tar-archive";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { eventually } from "../../../support/time/eventually";

describe("an archive that is inspected", () => {
  const newFolder = temporaryFolders();
  const never = new AbortController().signal;

  /** @param packing in place of the file's own compression. */
  async function inspect(
    content: Buffer,
    { packing, signal = never, sink }: { packing?: Packing; signal?: AbortSignal; sink?: PassThrough } = {},
  ): Promise<void> {
    const path = join(await newFolder(), "image.tar");
    await writeFile(path, content);
    await withArchive(path, async (archive) => {
      const limits = { ...archiveLimits, bytes: 100 * 1024 ** 2 };
      const inspection = new ArchiveInspection(path, {}, new Set(), limits);
      await inspectArchive({ ...archive, packing: packing ?? archive.packing }, inspection, signal, sink);
    });
  }

  /** A program in place of one that decompresses. */
  const program = (name: string, ...words: string[]): Packing => ({
    name,
    words,
    begins: "",
    package: "some-package",
  });

  it("is passed on unchanged, up to its end", async () => {
    const archive = tarArchive(...leastRoot, { name: "large", content: Buffer.alloc(3_000_000, "x") });
    for (const content of [
      archive,
      gzipSync(archive),
      gzipSync(Buffer.concat([archive, Buffer.alloc(9_000_000)])),
    ]) {
      const sink = new PassThrough();
      const [got] = await Promise.all([buffer(sink), inspect(content, { sink })]);
      assert.ok(got.subarray(0, archive.length).equals(archive));
      assert.ok(got.length < archive.length + 1_000_000, "what follows the end is not passed on");
    }
  });

  it("is refused if it is damaged or incomplete, and its output does not end normally", async () => {
    const packed = gzipSync(tarArchive(...leastRoot));
    const damaged = Buffer.from(packed);
    damaged[packed.length - 6] = (damaged[packed.length - 6] ?? 0) ^ 0xff;
    for (const [content, message] of [
      [packed.subarray(0, -20), /image\.tar cannot be unpacked: gzip: .*unexpected end of file/],
      [damaged, /image\.tar cannot be unpacked: gzip: .*crc error/],
      [gzipSync(Buffer.from("text".repeat(1000))), /does not look like a tar archive/],
      [gzipSync(gzipSync(tarArchive(...leastRoot))), /does not look like a tar archive/],
    ] as const) {
      const sink = new PassThrough();
      sink.resume();
      await assertMccError(inspect(content, { sink }), "invalid", message);
      assert.equal(sink.writableFinished, false);
    }
  });

  it("whose program is missing is refused with the command to install it", async () => {
    await assertMccError(
      inspect(tarArchive(...leastRoot), { packing: program("no-such-packer") }),
      "invalid",
      /compressed with no-such-packer, which is not installed .*apt install some-package/,
    );
  });

  it("that never ends is refused at the limit, and its program has ended", async () => {
    const endless = "cat; exec sleep 86397";
    const bomb = "cat; exec head --bytes=200M /dev/zero";
    await assertMccError(
      inspect(tarArchive(...leastRoot), { packing: program("sh", "-c", bomb) }),
      "invalid",
      /unpacks to more than 104857600 bytes/,
    );
    const stopped = new AbortController();
    const inspecting = inspect(tarArchive(...leastRoot), {
      packing: program("sh", "-c", endless),
      signal: stopped.signal,
    });
    await eventually(() => isAsleep(), "the program runs");
    stopped.abort();
    await assert.rejects(inspecting, { name: "AbortError" });
    assert.equal(isAsleep(), false);
  });

  it("is not waited for when nobody reads what comes out", async () => {
    const stopped = new AbortController();
    const inspecting = inspect(tarArchive({ name: "large", content: Buffer.alloc(5_000_000) }), {
      signal: stopped.signal,
      sink: new PassThrough(),
    });
    setImmediate(() => stopped.abort());
    await assert.rejects(inspecting, { name: "AbortError" });
  });
});

function isAsleep(): boolean {
  return readdirSync("/proc").some((entry) => {
    try {
      return /^\d+$/.test(entry) && readFileSync(`/proc/${entry}/cmdline`, "utf8") === "sleep\x0086397\0";
    } catch {
      return false;
    }
  });
}
