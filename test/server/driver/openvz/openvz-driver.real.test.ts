import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { execa } from "execa";
import { parseVariables } from "../../../../server/driver/openvz/configuration-file";
import type { Fault } from "../../../fakes/openvz/behaviour";
import { imageName } from "../../../fakes/openvz/install";
import { assertMccError } from "../../../support/assert-error";
import { eventually } from "../../../support/eventually";
import { execRequest } from "../container-spec";
import { fakeDrivers, lightSpec, serverId } from "./fake-driver";

const ids = { v4: "501", v7: "00000000-0000-0000-0000-000000000501" } as const;
const nameTaken = { v4: 131, v7: 137 } as const;
const running = (id: number) => [{ id, running: true }];

for (const generation of ["v4", "v7"] as const) {
  describe(`the OpenVZ driver, ${generation}`, () => {
    const { host, newDriver } = fakeDrivers({ generation });
    const ctid = ids[generation];
    const vzctl = async (...words: string[]) => await execa("vzctl", words, { env: host().environment });
    const foreign = async (...more: string[]) =>
      await vzctl("create", "700", "--ostemplate", imageName, "--config", "basic", ...more);

    it("makes a container by few commands, with everything in place before it starts", async () => {
      const driver = newDriver();
      await driver.open();
      host().takeCommands();
      await driver.create(lightSpec(501));
      const commands = host()
        .takeCommands()
        .map(([program, action]) => `${program} ${action}`);
      assert.deepEqual(commands, [
        "vzctl --version",
        "vzctl create",
        "vzctl set",
        "vzctl mount",
        "vzctl umount",
      ]);
      const variables = parseVariables(host().configuration(ctid));
      assert.deepEqual(
        ["NAME", "HOSTNAME", "IP_ADDRESS", "NAMESERVER", "OSTEMPLATE", "ORIGIN_SAMPLE", "NUMPROC"].map(
          (name) => variables.get(name),
        ),
        ["web-501", "host-501", "198.18.0.101", "198.18.0.1", imageName, "light", "64:64"],
      );
      assert.equal(
        variables.get("DESCRIPTION"),
        `minicloud server=${serverId} id=501 uid=${"501".padStart(32, "0")}`,
      );
      await driver.start(501);
      assert.deepEqual(await driver.list(), running(501));
      await driver.destroy(501);
      assert.deepEqual(await driver.list(), []);
      assert.deepEqual(host().remains(), []);
    });

    it("asks vzlist once for all, however many there are", async () => {
      const driver = newDriver();
      await driver.open();
      await Promise.all([501, 502, 503].map((id) => driver.create(lightSpec(id))));
      host().takeCommands();
      assert.equal((await driver.list()).length, 3);
      assert.deepEqual(
        host()
          .takeCommands()
          .map(([program]) => program),
        ["vzlist"],
      );
      await Promise.all([driver.list(), driver.list(), driver.list(), driver.foreign()]);
      assert.ok(host().takeCommands().length <= 2, "those who ask together share a look");
    });

    it("knows its containers again after a restart, and only its own", async () => {
      await newDriver().create(lightSpec(501));
      await foreign("--name", "theirs", "--ipadd", "198.18.0.70");
      const another = newDriver({ serverId: "6".repeat(32), folder: host().path("state/other") });
      await another.create(lightSpec(502));
      const driver = newDriver();
      assert.deepEqual(await driver.list(), [{ id: 501, running: false }]);
      const others = await driver.foreign();
      assert.deepEqual(others.map(({ name, ipAddresses, status }) => [name, ipAddresses, status]).sort(), [
        ["theirs", ["198.18.0.70"], "stopped"],
        ["web-502", ["198.18.0.102"], "stopped"],
      ]);
      await driver.start(501);
      assert.deepEqual(await driver.list(), running(501));
    });

    it("never touches what others made", async () => {
      const driver = newDriver();
      await foreign("--name", "theirs");
      await vzctl("start", "700");
      await driver.destroy(700);
      await assertMccError(driver.stop(700, 0), "not-found", /no container 700 of this server's/);
      assert.equal((await vzctl("status", "700")).stdout.includes("exist mounted running"), true);
    });

    it("takes an unescaped list for what it is", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await foreign();
      await vzctl("set", "700", "--description", '{"owner":"ci"}', "--save");
      assert.deepEqual(await driver.list(), [{ id: 501, running: false }]);
    });

    it("concludes nothing from half a list, or none", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      host().behave({ listOutput: '[\n  {\n    "ctid": 501,\n    "status": "run' });
      await assertMccError(driver.list(), "engine", /no whole list/);
      await assertMccError(driver.destroy(501), "engine", /no whole list/);
      host().behave({ listOutput: "" });
      await assertMccError(driver.list(), "engine", /printed nothing/);
    });

    it("gives a name once, when two ask for it", async () => {
      const driver = newDriver();
      const results = await Promise.allSettled([
        driver.create(lightSpec(501, { name: "web" })),
        driver.create(lightSpec(502, { name: "web" })),
      ]);
      assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
      await assertMccError(
        driver.create(lightSpec(503, { name: "web" })),
        "conflict",
        new RegExp(`code ${nameTaken[generation]}, the name belongs to another.*name web already used`),
      );
      await Promise.all([501, 502, 503].map((id) => driver.destroy(id)));
      assert.deepEqual(host().remains(), []);
    });

    it("renames", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.rename(501, "other");
      assert.equal(parseVariables(host().configuration(ctid)).get("NAME"), "other");
      await driver.create(lightSpec(502, { name: "web-501" }));
    });

    it("does not make a container twice", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await assertMccError(driver.create(lightSpec(501)), "conflict", /has a container 501 .* already/);
    });

    it("says which images there are", async () => {
      await assertMccError(
        newDriver().create(lightSpec(501, { image: "debian-13" })),
        "not-found",
        /No image "debian-13". This host has: busybox-1\.35-x86_64/,
      );
      assert.deepEqual(host().remains(), []);
    });

    it("imports images, and removes only those", async () => {
      const driver = newDriver();
      await driver.open();
      const archive = host().path(`vz/template/cache/${imageName}.tar.gz`);
      const image = await driver.importImage("mine", archive);
      assert.equal(image.name, "mine");
      assert.deepEqual((await driver.images()).map(({ name }) => name).sort(), [imageName, "mine"]);
      await assertMccError(driver.importImage("mine", archive), "conflict", /"mine" exists already/);
      await assertMccError(driver.removeImage(imageName), "forbidden", /belongs to the host/);
      await driver.create(lightSpec(501, { image: "mine" }));
      await driver.destroy(501);
      await driver.removeImage("mine");
      await driver.removeImage("mine");
      assert.deepEqual(
        (await driver.images()).map(({ name }) => name),
        [imageName],
      );
    });

    it("brings the host's samples as instance types, and sets other limits by hand", async () => {
      const driver = newDriver();
      assert.deepEqual(JSON.parse(JSON.stringify(await driver.types())), [
        { name: "basic", processes: 240 },
        { name: "light", memoryBytes: 65536 * 4096, cpus: 0.5, processes: 64 },
      ]);
      host().behave({ vswap: true });
      mkdirSync(host().path("proc/vz/vswap"), { recursive: true });
      await driver.create(lightSpec(501, { type: { name: "custom", memoryBytes: 2 ** 27, cpus: 2 } }));
      const read = () => parseVariables(host().configuration(ctid));
      assert.deepEqual(
        [read().get("ORIGIN_SAMPLE"), read().get("PHYSPAGES"), read().get("CPULIMIT"), read().get("NUMPROC")],
        ["basic", String(2 ** 27), "200", "unlimited:unlimited"],
      );
      await driver.resize(501, { name: "light", memoryBytes: 2 ** 28, processes: 64 });
      assert.deepEqual(
        [read().get("PHYSPAGES"), read().get("CPULIMIT"), read().get("NUMPROC")],
        [String(2 ** 28), "0", "64:64"],
      );
    });

    it("stops a container that does not heed by force, and one that hangs too", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      host().behave({ faults: [{ at: "stop:asked", hangs: true }] });
      await driver.stop(501, 700);
      assert.deepEqual(await driver.list(), [{ id: 501, running: false }]);
      await driver.stop(501, 700);
      await driver.start(501);
      await driver.start(501);
      await driver.stop(501, 0);
      assert.deepEqual(await driver.list(), [{ id: 501, running: false }]);
    });

    it("falls back to a quoted command where exec3 is not known", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      host().behave({ faults: [{ at: "exec3", exitCode: 20, stderr: "Bad command: exec3" }] });
      const words = ["a  b", "$HOME", "it's", "", "\\", "`id`"];
      for (let round = 0; round < 2; round += 1) {
        const { exitCode, stdout } = await driver.exec(501, execRequest(["printf", "%s|", ...words]));
        assert.deepEqual(
          [exitCode, Buffer.from(stdout).toString()],
          [0, words.map((word) => `${word}|`).join("")],
        );
      }
      assert.equal(
        host()
          .takeCommands()
          .filter(([, action]) => action === "exec3").length,
        1,
      );
    });

    it("tells vzctl's exit codes from the command's", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      const run = (...command: string[]) => driver.exec(501, execRequest(command));
      await assertMccError(
        run("true"),
        "conflict",
        /vzctl exec3 .* exit code 31, the container is not running/,
      );
      await driver.start(501);
      const exitCodes = await Promise.all(
        [31, 9, 14, 0].map((exitCode) => run("sh", "-c", `exit ${exitCode}`)),
      );
      assert.deepEqual(
        exitCodes.map(({ exitCode }) => exitCode),
        [31, 9, 14, 0],
      );
    });

    describe("when a step of a create fails", () => {
      const steps: readonly { fault: Fault; code: string; message: RegExp }[] = [
        { fault: { at: "create", exitCode: 5 }, code: "unavailable", message: /cannot run containers/ },
        { fault: { at: "create:locked", exitCode: 9 }, code: "conflict", message: /another vzctl/ },
        { fault: { at: "create:configured", exitCode: 6 }, code: "exhausted", message: /lacks resources/ },
        {
          fault: { at: "create:unpacking", exitCode: 46, stderr: "tar: No space left on device" },
          code: "exhausted",
          message: /exit code 46, no space is left.*No space left on device.*free some/,
        },
        {
          fault: { at: "create:saved", exitCode: 48 },
          code: "engine",
          message: /private area could not be made/,
        },
        { fault: { at: "create", dies: true }, code: "engine", message: /SIGKILL|137/ },
        { fault: { at: "create:configured", dies: true }, code: "engine", message: /SIGKILL|137/ },
        { fault: { at: "create:named", dies: true }, code: "engine", message: /SIGKILL|137/ },
        { fault: { at: "create:unpacking", dies: true }, code: "engine", message: /SIGKILL|137/ },
        { fault: { at: "create:unpacked", dies: true }, code: "engine", message: /SIGKILL|137/ },
        { fault: { at: "create:saved", dies: true }, code: "engine", message: /SIGKILL|137/ },
        { fault: { at: "create:unpacking", hangs: true }, code: "timeout", message: /did not end within/ },
        { fault: { at: "create:done", hangs: true }, code: "timeout", message: /did not end within/ },
        { fault: { at: "set:locked", exitCode: 3 }, code: "engine", message: /vzctl set/ },
        { fault: { at: "set:applied", hangs: true }, code: "timeout", message: /vzctl set/ },
        { fault: { at: "mount", exitCode: 50 }, code: "engine", message: /could not be mounted/ },
        { fault: { at: "mount:done", hangs: true }, code: "timeout", message: /vzctl mount/ },
        { fault: { at: "umount", exitCode: 51 }, code: "engine", message: /could not be unmounted/ },
        { fault: { at: "umount:locked", dies: true }, code: "engine", message: /vzctl umount/ },
      ];
      // What a kill leaves differs between the generations; how an error is told does not.
      const ofGeneration = steps.filter(({ fault }) => generation === "v4" || fault.dies === true);
      for (const { fault, code, message } of ofGeneration) {
        const how = fault.hangs === true ? "hangs" : fault.dies === true ? "dies" : `exit ${fault.exitCode}`;
        it(`${fault.at} ${how}: the error says it, and a destroy leaves nothing`, async () => {
          const waits = fault.hangs === true || fault.exitCode === 9;
          const driver = newDriver({ commandTimeoutMs: waits ? 3000 : 20_000 });
          host().behave({ faults: [fault] });
          await assert.rejects(driver.create(lightSpec(501)), (error: Error & { code: string }) => {
            assert.match(error.message, message);
            assert.equal(error.code, code);
            return true;
          });
          assert.deepEqual(await newDriver().list(), await driver.list());
          host().behave({ faults: [] });
          // By another daemon, which knows only what is on disk.
          const next = newDriver();
          await next.destroy(501);
          await next.destroy(501);
          assert.deepEqual(await next.list(), []);
          assert.deepEqual(await next.foreign(), []);
          assert.deepEqual(host().remains(), []);
          await next.create(lightSpec(502, { name: "web-501" }));
        });
      }
    });

    describe("when a destroy is cut short", () => {
      for (const at of [
        "stop:stopped",
        "destroy:locked",
        "destroy:moved",
        "destroy:configuration",
        "destroy:done",
      ]) {
        it(`${at}: another one finishes it, and nothing is left`, async () => {
          const driver = newDriver();
          await driver.create(lightSpec(501));
          await driver.start(501);
          host().behave({ faults: [{ at, dies: true }] });
          await driver.destroy(501).catch(() => undefined);
          host().behave({ faults: [] });
          const next = newDriver();
          await next.destroy(501);
          assert.deepEqual(await next.list(), []);
          assert.deepEqual(host().remains(), []);
        });
      }
    });

    it("ends an engine command that an earlier daemon left at work", async () => {
      host().behave({ faults: [{ at: "create:unpacking", delayMs: 4000 }] });
      const dead = newDriver();
      const creation = dead.create(lightSpec(501));
      creation.catch(() => undefined);
      await eventually(() => host().waitsAt("create:unpacking"), "it unpacks");
      const next = newDriver();
      assert.deepEqual(await next.list(), [{ id: 501, running: false }]);
      await next.destroy(501);
      await assert.rejects(creation);
      assert.deepEqual(host().remains(), []);
    });

    it("tells who has gone down, once", async () => {
      const driver = newDriver();
      const down: number[] = [];
      driver.watch((id) => down.push(id));
      await Promise.all([501, 502, 503].map((id) => driver.create(lightSpec(id))));
      await Promise.all([501, 502, 503].map((id) => driver.start(id)));
      await driver.stop(501, 0);
      await driver.destroy(502);
      await vzctl("stop", generation === "v4" ? "503" : ctid.replace("501", "503"), "--fast");
      await driver.list();
      assert.deepEqual(down, [501, 502, 503]);
    });

    it("says in its preflight what is lacking, each with what mends it", async () => {
      assert.deepEqual(await newDriver().preflight(), []);
      mkdirSync(host().path("proc/vz"), { recursive: true });
      writeFileSync(host().places.configuration, "TEMPLATE=/nowhere\n");
      const findings = await newDriver().preflight();
      assert.deepEqual(
        findings.map(({ lacking }) => lacking.slice(0, 30)),
        ["vzlist listed nothing", "there is no network device ven", "the folder of the images, /now"].slice(
          1,
        ),
      );
      assert.match(findings.at(-1)?.remedy ?? "", /mkdir -p \/nowhere\/cache/);
    });
  });
}

describe("the OpenVZ driver, v4: an id that someone else has", () => {
  const { host, newDriver } = fakeDrivers();
  const vzctl = async (...words: string[]) => await execa("vzctl", words, { env: host().environment });
  const theirs = ["--ostemplate", imageName, "--config", "basic"];

  it("is left to them, and the next one taken", async () => {
    const driver = newDriver();
    await vzctl("create", "501", ...theirs);
    await driver.create(lightSpec(501));
    assert.deepEqual(await driver.list(), [{ id: 501, running: false }]);
    assert.match(host().configuration("1000501"), /minicloud server=.* id=501 /);
    await driver.destroy(501);
    assert.equal((await vzctl("status", "501")).stdout.includes("exist"), true);
    assert.deepEqual(host().remains(), ["etc/vz/conf/501.conf", "vz/private/501", "vz/root/501"]);
  });

  it("as they have a private area only, too", async () => {
    mkdirSync(host().path("vz/private/501/etc"), { recursive: true });
    const driver = newDriver();
    await driver.create(lightSpec(501));
    await driver.destroy(501);
    assert.deepEqual(host().remains(), ["vz/private/501"]);
  });

  for (const [exitCode, stderr] of [
    [82, "Error: container config file /etc/vz/conf/501.conf already exists, can not use --config option"],
    [44, "Private area already exists in /vz/private/501"],
  ] as const) {
    it(`as vzctl itself finds out (${exitCode}), too`, async () => {
      host().behave({ faults: [{ at: "create:locked", word: "501", exitCode, stderr }] });
      const driver = newDriver();
      await driver.create(lightSpec(501));
      assert.deepEqual(await driver.list(), [{ id: 501, running: false }]);
      await driver.destroy(501);
      assert.deepEqual(host().remains(), []);
    });
  }

  it("and made in the moment between is not taken for a half-made one of ours", async () => {
    const dead = newDriver();
    host().behave({ faults: [{ at: "create", word: "web-501", dies: true }] });
    await assert.rejects(dead.create(lightSpec(501)));
    await vzctl("create", "501", ...theirs, "--name", "theirs");
    const next = newDriver();
    assert.deepEqual(
      (await next.foreign()).map(({ name }) => name),
      ["theirs"],
    );
    await next.destroy(501);
    assert.equal((await vzctl("status", "501")).stdout.includes("exist"), true);
  });
});
