import assert from "node:assert/strict";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { imageName, makeImage } from "../../../fakes/openvz/install";
import { assertMccError } from "../../../support/assert-error";
import { leastRoot, tarArchive, tarEntry } from "../../../support/files/tar-archive";
import { fakeDrivers, lightSpec } from "./fake-driver";

describe("images of vzctl 4", () => {
  const { host, newDriver } = fakeDrivers();
  /** @returns an archive without compression whose length is not a multiple of 1 KiB. */
  const makeTarball = async (...entries: readonly string[]): Promise<string> => {
    const [folder, tarball] = [host().path("unpacked"), host().path("image.tar")];
    mkdirSync(folder);
    await execa("tar", ["-xf", host().imageFile(imageName), "-C", folder]);
    await execa("tar", ["-cf", tarball, "-b", "1", "-C", folder, ...entries]);
    appendFileSync(tarball, Buffer.alloc(statSync(tarball).size % 1024 === 0 ? 512 : 0));
    return tarball;
  };

  it("are imported, and only imported ones are removed", async () => {
    const driver = newDriver();
    await driver.open();
    const archive = host().path("image.tar.gz");
    makeImage(archive);
    const image = await driver.importImage("mine", archive);
    assert.equal(image.name, "mine");
    assert.deepEqual((await driver.images()).map(({ name }) => name).sort(), [imageName, "mine"]);
    await assertMccError(driver.importImage("mine", archive), "conflict", /"mine" exists already/);
    await assertMccError(driver.removeImage(imageName), "forbidden", /belongs to the host/);
    await driver.create(lightSpec(501, { image: "mine" }));
    await driver.destroy(501);
    assert.equal(await driver.removeImage("mine"), true);
    assert.equal(await driver.removeImage("mine"), false);
    assert.deepEqual(
      (await driver.images()).map(({ name }) => name),
      [imageName],
    );
  });

  it("may have any length when they are imported", async () => {
    const driver = newDriver();
    await driver.open();
    const tarball = await makeTarball(".");
    const { sizeBytes } = await driver.importImage("odd", tarball);
    assert.equal(sizeBytes % 10_240, 0);
    await driver.create(lightSpec(501, { image: "odd" }));
    await driver.start(501);
    assert.deepEqual(await driver.list(), [{ id: 501, state: "running" }]);
  });

  for (const [what, entries] of [
    ["an entry for ./", ["."]],
    ["none", ["bin", "etc", "root", "proc", "dev", "tmp", "sbin"]],
  ] as const) {
    it(`with ${what} start even if vzctl shifts users`, async () => {
      appendFileSync(host().places.configuration, "LOCAL_UID=100000\nLOCAL_GID=200000\n");
      const driver = newDriver();
      await driver.open();
      await driver.importImage("rootless", await makeTarball(...entries));
      await driver.create(lightSpec(501, { image: "rootless" }));
      await driver.start(501);
      const owners = ["", "etc", "root/.ssh/authorized_keys"].map((path) => {
        const { uid, gid } = statSync(host().path(`vz/private/501/${path}`));
        return [uid, gid];
      });
      assert.deepEqual(owners, [
        [100_000, 200_000],
        [100_000, 200_000],
        [100_000, 200_000],
      ]);
    });
  }

  it("are refused when they are hostile or damaged, and nothing is left of them", async () => {
    const driver = newDriver();
    await driver.open();
    const tarball = host().path("hostile.tar");
    const cached = (): string[] => readdirSync(host().path("vz/template/cache"));
    const before = cached();
    for (const [archive, message] of [
      [tarArchive(...leastRoot, { name: "/etc/cron.d/evil" }), /absolute path/],
      [tarArchive(...leastRoot, { name: "../evil" }), /leads out/],
      [tarArchive({ name: "etc/motd" }), /has no \/sbin\/init/],
      [Buffer.concat(leastRoot.map(tarEntry)), /Unexpected EOF/],
      [Buffer.from("1f8b0800aaaa", "hex"), /cannot be unpacked/],
      [Buffer.from("text".repeat(1000)), /does not look like a tar archive/],
    ] as const) {
      writeFileSync(tarball, archive);
      await assertMccError(driver.importImage("hostile", tarball), "invalid", message);
      assert.deepEqual(cached(), before);
    }
    await execa("mkfifo", [host().path("fifo")]);
    await assertMccError(driver.importImage("hostile", host().path("fifo")), "invalid", /a FIFO or a device/);
    assert.deepEqual(cached(), before);
  });

  it("whose import was interrupted are removed, and do not count as imported if the operator adds one", async () => {
    const driver = newDriver();
    await driver.open();
    await driver.importImage("mine", await makeTarball("."));
    const cache = host().path("vz/template/cache");
    renameSync(join(cache, "mine.tar"), join(cache, "mine.tar.part"));
    const next = newDriver();
    await next.open();
    assert.equal(existsSync(join(cache, "mine.tar.part")), false);
    copyFileSync(host().imageFile(imageName), join(cache, "mine.tar"));
    await assertMccError(next.removeImage("mine"), "forbidden", /belongs to the host/);
  });

  it("are listed without dangling links", async () => {
    symlinkSync("nowhere", host().path("vz/template/cache/broken.tar"));
    const driver = newDriver();
    await driver.open();
    assert.deepEqual(
      (await driver.images()).map(({ name }) => name),
      [imageName],
    );
  });

  it("of the operator that vzctl's script cannot handle are reported as such, and not as a full disk", async () => {
    copyFileSync(await makeTarball("."), host().path("vz/template/cache/odd.tar"));
    const driver = newDriver();
    await driver.open();
    await assertMccError(
      driver.create(lightSpec(501, { image: "odd" })),
      "engine",
      /exit code 46, the size of the image's archive is not a multiple of 1 KiB.*truncate --size=%10240 /,
    );
  });
});

describe("images of OpenVZ 7", () => {
  const { host, newDriver } = fakeDrivers({ generation: "v7" });

  it("are the caches of its templates, and none is imported", async () => {
    const driver = newDriver();
    await driver.open();
    copyFileSync(host().imageFile(imageName), host().path("vz/template/cache/none.tar.gz"));
    assert.deepEqual(
      (await driver.images()).map(({ name }) => name),
      [imageName],
    );
    await assertMccError(
      driver.importImage("mine", host().imageFile(imageName)),
      "forbidden",
      /^The image "mine" was not imported\. OpenVZ 7 .*vzpkg create cache TEMPLATE/,
    );
    assert.deepEqual(readdirSync(host().path("vz/template/cache")).length, 2);
    await assertMccError(driver.removeImage(imageName), "forbidden", /belongs to the host/);
    await driver.create(lightSpec(501));
  });
});
