import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireRoot } from "../../../../../server/driver/openvz/images/contents";
import { withArchive } from "../../../../../server/support/archives/file";
import { assertMccError } from "../../../../support/assert-error";
import { leastRoot, type TarEntry, tarArchive } from "../../../../support/files/tar-archive";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("the contents of an image for OpenVZ", () => {
  const newFolder = temporaryFolders();
  const check = async (...entries: readonly TarEntry[]): Promise<void> => {
    const path = join(await newFolder(), "image.tar");
    await writeFile(path, tarArchive(...entries));
    await withArchive(path, requireRoot);
  };

  it("are a root file system with any device nodes and owners", async () => {
    await check(...leastRoot, { name: "lib/udev/devices/null", type: "3" }, { name: "a", uid: 1_000_000 });
    await check(
      { name: "./usr/bin/sh", type: "2", linkName: "dash" },
      { name: "./usr/sbin/init", type: "1" },
    );
  });

  it("are refused without its parts", async () => {
    await assertMccError(check({ name: "bin/sh" }), "invalid", /image\.tar has no \/sbin\/init/);
    await assertMccError(check({ name: "sbin/init" }), "invalid", /image\.tar has no \/bin\/sh/);
    await assertMccError(check({ name: "rootfs/bin/sh" }), "invalid", /at the top of the tarball/);
  });

  it("are refused if they lead out of the archive", async () => {
    await assertMccError(check(...leastRoot, { name: "../evil" }), "invalid", /"\.\.\/evil" leads out/);
  });
});
