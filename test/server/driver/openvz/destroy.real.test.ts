import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { fakeDrivers, lightSpec } from "./fake-driver";

/**
 * Changes that make a container hard to remove, for a shell with `area`, its files, and `other`, a folder of the host.
 */
const preparations: Readonly<Record<string, string>> = {
  "a path longer than the kernel's limit": `${process.execPath} -e 'process.chdir(process.env.area); for (let i = 0; i < 300; i += 1) { fs.mkdirSync("d".repeat(40)); process.chdir("d".repeat(40)); }'`,
  "a folder of the host mounted in its files": 'mkdir "$area/mnt"; mount --bind "$other" "$area/mnt"',
  "mounts in mounts":
    'mkdir "$area/mnt"; mount -t tmpfs tmpfs "$area/mnt"; mkdir "$area/mnt/a b"; mount --bind "$other" "$area/mnt/a b"',
  "strange names, kinds and modes": `mkdir -p "$area/a/b"; touch "$area/a/$(printf 'x\\377')" "$area/a/-rf"; mkfifo "$area/a/fifo"; chmod 0 "$area/a/b" "$area/a"; ln -s "$other" "$area/link"`,
};

for (const generation of ["v4", "v7"] as const) {
  describe(`OpenVZ containers that are hard to remove, ${generation}`, () => {
    const { host, newDriver } = fakeDrivers({ generation });

    for (const [what, script] of Object.entries(preparations)) {
      for (const runs of [true, false]) {
        it(`${what}: ${runs ? "running" : "stopped"}, nothing of it is left, and the host's files stay`, async () => {
          const driver = newDriver();
          await driver.create(lightSpec(501));
          if (runs) {
            await driver.start(501);
          }
          const other = host().path("precious");
          mkdirSync(other);
          writeFileSync(join(other, "kept"), "kept");
          const areas = host().path("vz/private");
          const [area = ""] = readdirSync(areas);
          await execa("bash", ["-euc", script], { env: { area: join(areas, area), other } });
          await newDriver().destroy(501);
          assert.deepEqual(readdirSync(other), ["kept"]);
          assert.deepEqual(host().remains(), []);
        });
      }
    }

    it("leaves none of its files to the vzctl that removes those of other containers", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      const aside = host().path(generation === "v4" ? "vz/vztmp" : "vz/del");
      mkdirSync(join(aside, "vzctl-rm-me.other"));
      writeFileSync(join(aside, "rm.lck"), "1\n");
      await driver.destroy(501);
      assert.deepEqual(readdirSync(aside).sort(), ["rm.lck", "vzctl-rm-me.other"]);
    });
  });
}
