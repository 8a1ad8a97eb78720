import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProgram, requireProgram } from "../../../../../server/driver/lxc/commands/programs";
import { withEnvironment } from "../../../../support/environment";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("a program of the engine", () => {
  const newFolder = temporaryFolders();
  withEnvironment(() => ({ PATH: process.env["PATH"] }));

  it("is the first executable one on the PATH", async () => {
    const [first, second, third] = [await newFolder(), await newFolder(), await newFolder()];
    await mkdir(join(first, "nft"));
    await writeFile(join(second, "nft"), "", { mode: 0o644 });
    await writeFile(join(third, "nft"), "", { mode: 0o755 });
    process.env["PATH"] = `:${first}:/nonexistent:${second}:${third}`;
    assert.equal(findProgram("nft"), join(third, "nft"));
    assert.equal(requireProgram("nft"), join(third, "nft"));
  });

  it("is named with its Debian package if it is missing", () => {
    process.env["PATH"] = "/nonexistent";
    assert.equal(findProgram("nft"), undefined);
    assert.throws(() => requireProgram("nft"), {
      code: "engine",
      message: "nft is not on the PATH (/nonexistent); install it: apt install nftables.",
    });
    assert.throws(() => requireProgram("modprobe"), {
      code: "engine",
      message: "modprobe is not on the PATH (/nonexistent).",
    });
  });
});
