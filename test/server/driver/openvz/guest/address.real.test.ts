import assert from "node:assert/strict";
import { existsSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Driver } from "../../../../../server/driver/driver";
import { imageName } from "../../../../fakes/openvz/install";
import { assertMccError } from "../../../../support/assert-error";
import { eventually } from "../../../../support/time/eventually";
import { execRequest } from "../../container-spec";
import { driverOptions } from "../../driver-options";
import { fakeDrivers, lightSpec } from "../fake-driver";

const ids = { v4: "501", v7: "00000000-0000-0000-0000-000000000501" } as const;
/** An image for which vzctl has the scripts of a distribution. */
const debianName = "debian-12-x86_64";
/** The programs that an image lacks. Its own shell is not busybox. */
const images: readonly { has: string; without: readonly string[] }[] = [
  { has: "ip", without: [] },
  { has: "ifconfig and route", without: ["ip"] },
  { has: "busybox without links to it", without: ["ip", "ifconfig", "route"] },
];
/** Like a distribution's own, once the first process calls it. */
const ifupScript = [
  "#!/bin/sh",
  "ip link set lo up",
  "ip addr add 198.18.0.101/32 dev venet0",
  "ip link set venet0 up",
  "ip route add default dev venet0",
  ": > /up",
].join("\n");

for (const generation of ["v4", "v7"] as const) {
  describe(`the address inside a container, the fake ${generation}`, () => {
    const { host, newDriver } = fakeDrivers({ generation });
    const inside = (path: string): string => host().path(`vz/private/${ids[generation]}/${path}`);
    /** In one command, because each takes some time. */
    const assertUp = async (driver: Driver): Promise<void> => {
      const script = "for what in 'link show lo' 'addr show venet0' route; do busybox ip $what; done";
      const { stdout, stderr } = await driver.exec(501, execRequest(["sh", "-c", script]));
      const shown = `${Buffer.from(stdout).toString()}${Buffer.from(stderr).toString()}`;
      assert.match(shown, /\blo: <[^>]*\bUP\b/);
      assert.match(shown, /\bvenet0@.*: <[^>]*\bUP\b/);
      assert.deepEqual(shown.match(/inet 198\S+/g), ["inet 198.18.0.101/32"]);
      assert.match(shown, /^default dev venet0 /m);
    };
    const countCommands = (action: string): number =>
      host()
        .takeCommands()
        .filter(([, word]) => word === action).length;

    for (const { has, without } of images) {
      it(`is set after each start if the image has ${has} and no ifup`, async () => {
        const driver = newDriver();
        await driver.create(lightSpec(501));
        ["sh", ...without].forEach((program) => rmSync(inside(`bin/${program}`)));
        symlinkSync("bash", inside("bin/sh"));
        await driver.start(501);
        await assertUp(driver);
        await driver.stop(501, 0);
        await driver.start(501);
        await driver.start(501);
        await assertUp(driver);
      });
    }

    for (const [path, layout] of [
      ["sbin/ifup", "in /sbin"],
      ["usr/sbin/ifup", "in /usr/sbin, where /sbin leads"],
    ] as const) {
      it(`is left to an image with ifup ${layout}`, async () => {
        const driver = newDriver();
        linkSync(host().imageFile(imageName), host().imageFile(debianName));
        await driver.create(lightSpec(501, { image: debianName }));
        rmSync(inside("sbin"), { recursive: true });
        mkdirSync(dirname(inside(path)), { recursive: true });
        if (path !== "sbin/ifup") {
          symlinkSync("/usr/sbin", inside("sbin"));
        }
        writeFileSync(inside(path), ifupScript, { mode: 0o755 });
        host().takeCommands();
        await driver.start(501);
        assert.equal(countCommands("exec3"), 0);
        await eventually(() => existsSync(inside("up")), "its ifup is done");
        await assertUp(driver);
      });
    }

    if (generation === "v4") {
      it("is set in an image with ifup whose name fits no distribution, so that no script writes files for ifup", async () => {
        const driver = newDriver();
        await driver.create(lightSpec(501));
        writeFileSync(inside("sbin/ifup"), "#!/bin/sh\n", { mode: 0o755 });
        await driver.start(501);
        await assertUp(driver);
      });

      it("is left to an image with ifup that reads the files of vzctl's default scripts", async () => {
        const driver = newDriver();
        await driver.create(lightSpec(501));
        writeFileSync(inside("sbin/ifup"), ifupScript, { mode: 0o755 });
        mkdirSync(inside("etc/sysconfig/network-scripts"), { recursive: true });
        writeFileSync(inside("etc/sysconfig/network-scripts/ifup-aliases"), "");
        host().takeCommands();
        await driver.start(501);
        assert.equal(countCommands("exec3"), 0);
      });
    }

    it("that cannot be set is reported in the log, and the start succeeds", async () => {
      const warnings: object[] = [];
      const log = { ...driverOptions("").log, warn: (fields: object) => warnings.push(fields) };
      const driver = newDriver({ log });
      await driver.create(lightSpec(501));
      ["sh", "ip", "ifconfig", "route", "sleep"].forEach((program) => rmSync(inside(`bin/${program}`)));
      symlinkSync("bash", inside("bin/sh"));
      renameSync(inside("bin/busybox"), inside("bin/box"));
      symlinkSync("box", inside("bin/sleep"));
      await driver.start(501);
      assert.deepEqual(await driver.list(), [{ id: 501, state: "running" }]);
      assert.deepEqual(warnings, [
        {
          instance: 501,
          container: ids[generation],
          reason: "the container has neither ip nor ifconfig, or no device venet0",
        },
      ]);
      host().behave({ faults: [{ at: "exec3", exitCode: 3, stderr: "no luck" }] });
      await driver.start(501);
      assert.match(JSON.stringify(warnings[1]), /"reason":"vzctl exec3 .*no luck/);
      await assertMccError(driver.exec(501, execRequest(["true"])), "engine", /no luck/);
    });

    it("is not set if the container has none", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      const path = host().path(`etc/vz/conf/${ids[generation]}.conf`);
      const text = host().configuration(ids[generation]);
      writeFileSync(path, text.replace(/^IP_ADDRESS=.*$/m, 'IP_ADDRESS=""'));
      host().takeCommands();
      await driver.start(501);
      assert.equal(countCommands("exec3"), 0);
    });
  });
}
