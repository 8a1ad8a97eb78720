import assert from "node:assert/strict";
import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { unblockedDescriptor } from "../../../server/log/unblocked-descriptor";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("a descriptor that does not block", () => {
  const newFolder = temporaryFolders();
  const open = new Set<number>();
  afterEach(() => {
    open.forEach((descriptor) => closeSync(descriptor));
    open.clear();
  });

  function remember(descriptor: number): number {
    open.add(descriptor);
    return descriptor;
  }

  function isNonBlocking(descriptor: number): boolean {
    const [, flags = ""] =
      /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8")) ?? [];
    return (Number.parseInt(flags, 8) & constants.O_NONBLOCK) !== 0;
  }

  it("is another one for a pipe, whose own flags other programs share", async () => {
    const path = join(await newFolder(), "pipe");
    await execa("mkfifo", [path]);
    const pipe = remember(openSync(path, constants.O_RDWR));
    const unblocked = remember(unblockedDescriptor(pipe));
    assert.deepEqual([isNonBlocking(pipe), isNonBlocking(unblocked)], [false, true]);
    const fill = (): void => {
      for (let kilobytes = 0; kilobytes < 10_000; kilobytes += 1) {
        writeSync(unblocked, "x".repeat(1024));
      }
    };
    assert.throws(fill, { code: "EAGAIN" });
    assert.ok(readSync(pipe, Buffer.alloc(8192)) > 0);
    assert.equal(writeSync(unblocked, "y"), 1, "there is room again");
  });

  it("is the same one for a file", async () => {
    const file = remember(openSync(join(await newFolder(), "file"), "w"));
    assert.equal(unblockedDescriptor(file), file);
  });

  it("reports the failure of a device", () => {
    const unblocked = remember(unblockedDescriptor(remember(openSync("/dev/full", "w"))));
    assert.throws(() => writeSync(unblocked, "x"), { code: "ENOSPC" });
  });
});
