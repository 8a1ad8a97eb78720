import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { fakeDrivers, lightSpec } from "./fake-driver";

/** The place of a container's files if VE_PRIVATE is given twice. */
const places = { v4: "vz/private/501", v7: "vz/other/00000000-0000-0000-0000-000000000501" } as const;

for (const generation of ["v4", "v7"] as const) {
  describe(`OpenVZ with a manually written configuration, ${generation}`, () => {
    const { host, newDriver } = fakeDrivers({ generation });

    it("reads duplicate lines, quotes and comments like vzctl", async () => {
      const { configuration } = host().places;
      const text = readFileSync(configuration, "utf8").replace(/^(TEMPLATE)=(.*)$/m, '$1="$2" # mine');
      writeFileSync(configuration, `${text}VE_PRIVATE="${host().path("vz/other/$VEID")}"\n`);
      const driver = newDriver();
      await driver.create(lightSpec(501));
      const key = host().path(`${places[generation]}/root/.ssh/authorized_keys`);
      assert.equal(readFileSync(key, "utf8"), "key\n");
      await driver.destroy(501);
      assert.equal(existsSync(host().path(places[generation])), false);
      assert.deepEqual(host().remains(), []);
    });

    it("identifies a container with two descriptions by the one that vzctl uses", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      const [ctid = ""] = places[generation].split("/").slice(-1);
      const path = host().path(`etc/vz/conf/${ctid}.conf`);
      const second = "DESCRIPTION='by hand'\n";
      if (generation === "v4") {
        appendFileSync(path, second);
      } else {
        writeFileSync(path, `${second}${readFileSync(path, "utf8")}`);
      }
      host().behave({ listOutput: "[\n]" });
      await newDriver().destroy(501);
      assert.deepEqual(host().remains(), []);
    });
  });
}
