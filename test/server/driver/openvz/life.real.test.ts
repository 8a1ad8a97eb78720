import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { MccError } from "../../../../protocol/error";
import type { InstanceType } from "../../../../protocol/methods/instance-type";
import { parseVariables } from "../../../../server/driver/openvz/configuration/file";
import { syntaxes } from "../../../../server/driver/openvz/configuration/syntax";
import { imageName } from "../../../fakes/openvz/install";
import { assertMccError } from "../../../support/assert-error";
import { eventually } from "../../../support/time/eventually";
import { execRequest, textFile } from "../container-spec";
import { assertLeavesOutput } from "../timed-out-command";
import { fakeDrivers, lightSpec, serverId, vzctl } from "./fake-driver";

const ids = { v4: "501", v7: "00000000-0000-0000-0000-000000000501" } as const;
const nameTaken = { v4: 131, v7: 137 } as const;
/** The commands for writing files if the private area is not the root itself. */
const mounting = { v4: [], v7: ["vzctl mount", "vzctl umount"] } as const;
/** OpenVZ 7 marks its templates. */
const shownImage = { v4: imageName, v7: `.${imageName}` } as const;
const running = (id: number) => [{ id, state: "running" }];

for (const generation of ["v4", "v7"] as const) {
  describe(`the OpenVZ driver, ${generation}`, () => {
    const { host, newDriver } = fakeDrivers({ generation });
    const ctid = ids[generation];
    const readConfiguration = () => parseVariables(host().configuration(ctid), syntaxes[generation]);
    /** Returns program and first argument of the commands since the last call. */
    const takeActions = (): string[] =>
      host()
        .takeCommands()
        .map(([program, action]) => `${program} ${action}`);

    it("creates a container with few commands, and completes it before the start", async () => {
      const driver = newDriver();
      await driver.open();
      takeActions();
      await driver.create(lightSpec(501));
      assert.deepEqual(takeActions(), [
        ...["vzctl --version", "vzctl create", "vzctl set"],
        ...mounting[generation],
      ]);
      const variables = readConfiguration();
      assert.deepEqual(
        ["NAME", "HOSTNAME", "IP_ADDRESS", "NAMESERVER", "OSTEMPLATE", "ORIGIN_SAMPLE", "NUMPROC"].map(
          (name) => variables.get(name),
        ),
        ["web-501", "host-501", "198.18.0.101", "198.18.0.1", shownImage[generation], "light", "64:64"],
      );
      // Without an OpenVZ kernel, vzctl 4 would derive the container's limit of kernel memory from that number.
      assert.equal(variables.get("KMEMSIZE"), generation === "v4" ? "unlimited" : undefined);
      assert.equal(
        variables.get("DESCRIPTION"),
        `minicloud server=${serverId} id=501 uid=${"501".padStart(32, "0")}`.replaceAll(
          "=",
          generation === "v4" ? "=" : ":",
        ),
      );
      await driver.start(501);
      // The image has no ifup.
      assert.deepEqual(takeActions(), ["vzctl start", "vzctl exec3"]);
      assert.deepEqual(await driver.list(), running(501));
      takeActions();
      await driver.destroy(501);
      assert.deepEqual(takeActions(), ["vzlist -a", "vzctl stop", "vzctl destroy"]);
      assert.deepEqual(await driver.list(), []);
      assert.deepEqual(host().remains(), []);
    });

    it("changes a container's name servers at its start, if they differ", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      takeActions();
      await driver.start(501, ["198.18.0.1"]);
      assert.ok(!takeActions().includes("vzctl set"), "it has these");
      await driver.stop(501, 0);
      await driver.start(501, ["192.0.2.1", "192.0.2.2"]);
      assert.equal(readConfiguration().get("NAMESERVER"), "192.0.2.1 192.0.2.2");
      await driver.stop(501, 0);
      await driver.start(501);
      await driver.stop(501, 0);
      await driver.start(501, []);
      assert.equal(readConfiguration().get("NAMESERVER"), "192.0.2.1 192.0.2.2");
      await driver.destroy(501);
    });

    it("writes files through a mount if an OpenVZ kernel or a disk image requires it", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      mkdirSync(host().path(`vz/private/${ctid}/root.hdd`));
      takeActions();
      await driver.writeFiles(501, [textFile("/root/one", "1")]);
      assert.deepEqual(takeActions(), ["vzlist -a", "vzctl mount", "vzctl umount"]);
      rmSync(host().path(`vz/private/${ctid}/root.hdd`), { recursive: true });
      host().behave({ openvzKernel: true, vswap: true });
      await driver.writeFiles(501, [textFile("/root/two", "2")]);
      assert.deepEqual(takeActions(), ["vzlist -a", "vzctl mount", "vzctl umount"]);
      await driver.start(501);
      const { stdout } = await driver.exec(501, execRequest(["cat", "/root/one", "/root/two"]));
      assert.equal(Buffer.from(stdout).toString(), "12");
    });

    it("runs vzlist once for all callers", async () => {
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

    it("assigns a name once if two containers request it", async () => {
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

    it("distinguishes a taken name from one that the host cannot assign", async () => {
      rmSync(host().path("etc/vz/names"), { recursive: true });
      await assertMccError(
        newDriver().create(lightSpec(501)),
        "engine",
        /the name could not be assigned: .*Unable to create link \/etc\/vz\/names\/web-501.* folder \/etc\/vz\/names /,
      );
    });

    it("never runs two commands for one name at the same time", async () => {
      const driver = newDriver();
      const asked = (word: string): number =>
        readFileSync(host().path("commands.log"), "utf8")
          .split("\n")
          .filter((line) => line.includes(`"${word}"`)).length;
      host().behave({ faults: [{ at: "create:named", waits: true, times: 1 }] });
      const creations = [501, 502, 503].map((id) => driver.create(lightSpec(id, { name: "web" })));
      const settled = Promise.allSettled(creations);
      await eventually(() => host().waitsAt("create:named"), "one of them has the name");
      assert.equal(asked("create"), 1, "the others wait for it");
      host().release("create:named");
      assert.equal((await settled).filter(({ status }) => status === "fulfilled").length, 1);
      await driver.create(lightSpec(504, { name: "db" }));
      host().behave({ faults: [{ at: "set:locked", word: "--name", waits: true, times: 1 }] });
      const renamed = driver.rename(504, "free");
      const made = Promise.allSettled([driver.create(lightSpec(505, { name: "free" }))]);
      await eventually(() => host().waitsAt("set:locked"), "it is being renamed");
      assert.equal(asked("create"), 4, "the create of that name waits for it");
      host().release("set:locked");
      await renamed;
      assert.equal((await made)[0].status, "rejected");
    });

    it("starts a container with any limits", async () => {
      const driver = newDriver();
      const types: readonly InstanceType[] = [
        { name: "light", memoryBytes: 65536 * 4096, cpus: 0.5, processes: 64 },
        { name: "light" },
        { name: "custom", memoryBytes: 2 ** 27 },
        { name: "custom" },
      ];
      for (const [index, type] of types.entries()) {
        await driver.create(lightSpec(501 + index, { type }));
        await driver.start(501 + index);
      }
      assert.equal((await driver.list()).filter(({ state }) => state === "running").length, types.length);
    });

    it("leaves nothing mounted if files cannot be written", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      host().behave({ openvzKernel: true });
      const wrong = { path: "/etc/../x", content: Buffer.from(""), mode: 0o600 };
      await assertMccError(
        driver.writeFiles(501, [wrong]),
        "invalid",
        /Files of container 501 .*"\/etc\/\.\.\/x"/,
      );
      assert.match(await vzctl(host(), "status", ctid), /exist unmounted down/);
    });

    it("renames a container", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.rename(501, "other");
      assert.equal(readConfiguration().get("NAME"), "other");
      await driver.create(lightSpec(502, { name: "web-501" }));
    });

    it("changes nothing of a container that an operator has destroyed in the meantime", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await vzctl(host(), "destroy", ctid);
      const changes = [
        () => driver.rename(501, "other"),
        () => driver.resize(501, { name: "light", processes: 10 }),
      ];
      for (const change of changes) {
        await assertMccError(change(), "not-found", /container 501 no longer exists/);
      }
      await driver.destroy(501);
      assert.deepEqual(host().remains(), [`etc/vz/conf/${ctid}.conf.destroyed`]);
    });

    it("does not create a container twice", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await assertMccError(driver.create(lightSpec(501)), "conflict", /already has a container 501/);
    });

    it("lists the existing images in an error", async () => {
      await assertMccError(
        newDriver().create(lightSpec(501, { image: "debian-13" })),
        "not-found",
        /No image "debian-13". This host has: busybox-1\.35-x86_64/,
      );
      assert.deepEqual(host().remains(), []);
    });

    it("offers the host's samples as instance types, and sets other limits itself", async () => {
      const driver = newDriver();
      assert.deepEqual(JSON.parse(JSON.stringify(await driver.types())), [
        { name: "basic", processes: 240 },
        { name: "light", memoryBytes: 65536 * 4096, cpus: 0.5, processes: 64 },
      ]);
      host().behave({ openvzKernel: true, vswap: true });
      await driver.create(lightSpec(501, { type: { name: "custom", memoryBytes: 2 ** 27, cpus: 2 } }));
      const read = readConfiguration;
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

    it("kills a container that does not shut down, and one that hangs", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      host().behave({ faults: [{ at: "stop:asked", hangs: true }] });
      await driver.stop(501, 700);
      assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
      await driver.stop(501, 700);
      await driver.start(501);
      await driver.start(501);
      await driver.stop(501, 0);
      assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
    });

    it("keeps a command's output until its time limit", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      await assertLeavesOutput(driver, 501);
    });

    it("falls back to a quoted command if vzctl does not know exec3", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      host().behave({ faults: [{ at: "exec3", exitCode: 20, stderr: "Bad command: exec3" }] });
      host().takeCommands();
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

    it("distinguishes vzctl's exit codes from the command's", async () => {
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

    it("leaves nothing of a command whose client hangs up during its start", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      const script = "setsid sleep 86210 & sleep 86210";
      const left = "cat /proc/[0-9]*/cmdline | tr '\\000' '\\n' | grep -cx 8621[0]";
      for (let afterMs = 0; afterMs <= 240; afterMs += 20) {
        const hangUp = new AbortController();
        const running = driver.exec(501, execRequest(["sh", "-c", script], { signal: hangUp.signal }));
        setTimeout(() => hangUp.abort(new MccError("unavailable", "nobody waits")), afterMs);
        await assertMccError(running, "unavailable", /nobody waits/);
        const { stdout } = await driver.exec(501, execRequest(["sh", "-c", left]));
        assert.equal(Buffer.from(stdout).toString(), "0\n", `${afterMs} ms`);
      }
    });

    it("ends a command after its time limit, also its processes in another session", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      const run = (script: string, timeoutMs?: number) =>
        driver.exec(501, execRequest(["sh", "-c", script], timeoutMs === undefined ? {} : { timeoutMs }));
      const endless = run("setsid sleep 86211 & sleep 86211", 1000);
      await assertMccError(endless, "timeout", /ran longer than 1 s/);
      const { stdout } = await run("cat /proc/[0-9]*/cmdline | tr '\\000' '\\n' | grep -cx 8621[1]");
      assert.equal(Buffer.from(stdout).toString(), "0\n");
    });

    it("does not run a command whose client has hung up already", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      takeActions();
      const signal = AbortSignal.abort(new MccError("unavailable", "nobody waits"));
      await assertMccError(
        driver.exec(501, execRequest(["true"], { signal })),
        "unavailable",
        /nobody waits/,
      );
      assert.deepEqual(takeActions(), []);
    });

    it("distinguishes an image without a shell from a failed command", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      await driver.start(501);
      rmSync(host().path(`vz/private/${ctid}/bin/sh`));
      const told = {
        v4: "exit code 4, the container could not be entered, or has no such program",
        v7: "exit code 47",
      };
      await assertMccError(
        driver.exec(501, execRequest(["true"])),
        generation === "v4" ? "conflict" : "engine",
        new RegExp(`^vzctl exec3 .*${told[generation]}`),
      );
    });

    it("reports each stopped container once", async () => {
      const driver = newDriver();
      const down: number[] = [];
      driver.watch((id) => down.push(id));
      await Promise.all([501, 502, 503].map((id) => driver.create(lightSpec(id))));
      await Promise.all([501, 502, 503].map((id) => driver.start(id)));
      await driver.stop(501, 0);
      await driver.destroy(502);
      await vzctl(host(), "stop", generation === "v4" ? "503" : ctid.replace("501", "503"), "--fast");
      await driver.list();
      assert.deepEqual(down, [501, 502, 503]);
    });

    it("lists in its preflight what is missing, each with the remedy", async () => {
      const lacking = async (): Promise<string[]> =>
        (await newDriver().preflight()).map(({ lacking: what, remedy }) => `${what} -> ${remedy}`);
      assert.deepEqual(await lacking(), []);
      host().behave({ listOutput: "[" });
      const [list = "", ...others] = await lacking();
      assert.match(list, /^vzlist printed no whole list.* -> run vzlist -a/);
      assert.deepEqual(others, []);
    });
  });
}
