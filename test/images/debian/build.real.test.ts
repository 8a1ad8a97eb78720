import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { buildStockImage } from "../../../images/stock-images";
import { assertMccError } from "../../support/assert-error";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { fakePrograms } from "../../support/programs/fake-programs";
import { debianTarball } from "./tarball";

describe("the image debian-12", () => {
  async function read(path: string): Promise<string> {
    const words = ["--extract", "--to-stdout", `--file=${debianTarball()}`, path];
    return (await execa("tar", words)).stdout;
  }

  it("contains systemd, OpenSSH and the programs that Ansible needs in less than 400 MB", async () => {
    const { stdout } = await execa("tar", ["--list", `--file=${debianTarball()}`]);
    const paths = stdout.split("\n");
    for (const path of ["sbin/init", "sbin/sshd", "bin/python3", "bin/ping", "sbin/ip"]) {
      assert.ok(paths.includes(`./usr/${path}`), path);
    }
    assert.ok((await stat(debianTarball())).size < 400e6);
  });

  it("contains nothing from its build host, and nothing that two instances must not share", async () => {
    const { stdout } = await execa("tar", ["--list", `--file=${debianTarball()}`]);
    const own =
      /^\.\/(etc\/(hostname|resolv\.conf|ssh\/ssh_host.*)|var\/(lib\/apt\/lists|cache\/apt\/archives)\/.*\.deb)$/;
    assert.deepEqual(
      stdout.split("\n").filter((path) => own.test(path)),
      [],
    );
    assert.equal(await read("./etc/machine-id"), "");
    const sources = (await read("./etc/apt/sources.list")).split("\n");
    assert.ok(
      sources.every((line) => /^deb http:\/\/(deb|security)\.debian\.org\/debian(-security)? /.test(line)),
      sources.join("\n"),
    );
  });
});

describe("the build of a Debian image", () => {
  const fakes = fakePrograms();
  const newFolder = temporaryFolders();

  it("uses the requested suite, mirror and name, and reports its progress", async () => {
    const folder = await newFolder();
    const tarball = join(folder, "image.tar");
    await fakes().put(
      "mmdebstrap",
      'for word; do last=$before; before=$word; done; echo "I: at work" >&2; echo "$last from $before" >"$last"',
    );
    const told: string[] = [];
    await buildStockImage("mine", tarball, {
      suite: "sid",
      mirror: "http://mirror.example/debian",
      onProgress: (doing) => told.push(doing),
    });
    assert.match(
      await readFile(tarball, "utf8"),
      /image\.tar\.unfinished from http:\/\/mirror\.example\/debian/,
    );
    assert.deepEqual(told, ["at work"]);
  });

  it("fails with the message of mmdebstrap, and leaves nothing", async () => {
    const folder = await newFolder();
    await fakes().put("mmdebstrap", 'echo "I: at work" >&2; echo "E: no such suite" >&2; exit 25');
    await assertMccError(
      buildStockImage("debian-12", join(folder, "image.tar"), {}),
      "unavailable",
      /mmdebstrap failed: no such suite/,
    );
    assert.deepEqual(await readdir(folder), []);
  });

  it("refuses a name that identifies no suite", async () => {
    const folder = await newFolder();
    await assertMccError(
      buildStockImage("suse", join(folder, "image.tar"), {}),
      "invalid",
      /"suse"; use one of micro, debian-11, debian-12, debian-13, .*--suite/,
    );
  });
});
