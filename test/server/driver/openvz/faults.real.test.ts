import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { Fault } from "../../../fakes/openvz/behaviour";
import { assertMccError } from "../../../support/assert-error";
import { eventually } from "../../../support/time/eventually";
import { execRequest } from "../container-spec";
import { fakeDrivers, lightSpec } from "./fake-driver";

for (const generation of ["v4", "v7"] as const) {
  describe(`when OpenVZ fails, ${generation}`, () => {
    // Files are written through a mount in both generations.
    const { host, newDriver } = fakeDrivers({ generation, openvzKernel: true, vswap: true });

    describe("when a step of a create fails", () => {
      const steps: readonly { fault: Fault; code: string; message: RegExp }[] = [
        { fault: { at: "create", exitCode: 5 }, code: "engine", message: /cannot run containers/ },
        { fault: { at: "create:locked", exitCode: 9 }, code: "conflict", message: /another vzctl/ },
        { fault: { at: "create:configured", exitCode: 6 }, code: "exhausted", message: /lacks resources/ },
        {
          fault: { at: "create:unpacking", exitCode: 46, stderr: "tar: No space left on device" },
          code: "exhausted",
          message: /exit code 46, no space is left.*No space left on device.*free space/,
        },
        {
          fault: { at: "create:saved", exitCode: 48 },
          code: "engine",
          message: /private area could not be created/,
        },
        {
          fault: {
            at: "create:unpacking",
            stderr:
              "ERROR: ld.so: object 'libvzchown.so' from LD_PRELOAD cannot be preloaded (no file): ignored.",
          },
          code: "engine",
          message:
            /^vzctl create 501 could not shift the users .*cannot be preloaded.* What to do: run ldconfig/,
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
        { fault: { at: "umount:locked", hangs: true }, code: "timeout", message: /vzctl umount/ },
        { fault: { at: "umount:locked", dies: true }, code: "engine", message: /vzctl umount/ },
      ];
      // The remains after a kill differ between the generations. The report of an error does not.
      const ofGeneration = steps.filter(({ fault }) => generation === "v4" || fault.dies === true);
      for (const { fault, code, message } of ofGeneration) {
        const how =
          fault.hangs === true ? "hangs" : fault.dies === true ? "dies" : `exit ${fault.exitCode ?? 0}`;
        it(`${fault.at} ${how}: it is reported, and a destroy leaves nothing`, async () => {
          const waits = fault.hangs === true || fault.exitCode === 9;
          const driver = newDriver({ commandTimeoutMs: waits ? 1500 : 20_000 });
          host().behave({ faults: [fault] });
          await assert.rejects(driver.create(lightSpec(501)), (error: Error & { code: string }) => {
            assert.match(error.message, message);
            assert.equal(error.code, code);
            return true;
          });
          assert.deepEqual(await newDriver().list(), await driver.list());
          host().behave({ faults: [] });
          // By another daemon, which knows only the files on the disk.
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

    describe("when a destroy is interrupted", () => {
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

    it("removes a private area that vzctl could not move away, although it removed the configuration", async () => {
      const driver = newDriver();
      await driver.create(lightSpec(501));
      host().behave({ faults: [{ at: "destroy:moving", exitCode: 52, stderr: "Can't move" }] });
      await assertMccError(driver.destroy(501), "engine", /exit code 52, .*Can't move/);
      host().behave({ faults: [] });
      const next = newDriver();
      await next.destroy(501);
      assert.deepEqual(await next.list(), []);
      assert.deepEqual(host().remains(), []);
    });

    it("ends each hanging command, and then continues", async () => {
      const driver = newDriver({ commandTimeoutMs: 1500 });
      const during = async (at: string, work: () => Promise<unknown>, message: RegExp): Promise<void> => {
        host().behave({ faults: [{ at, hangs: true }] });
        await assertMccError(work(), "timeout", message);
        host().behave({ faults: [] });
      };
      await driver.create(lightSpec(501));
      await during(
        "start:mounted",
        () => driver.start(501),
        /^vzctl start .* within 1\.5 s and was killed\.$/,
      );
      await driver.start(501);
      await during("list", () => driver.list(), /^vzlist .* within 1\.5 s/);
      const request = execRequest(["true"], { timeoutMs: 300 });
      await during("exec3", () => driver.exec(501, request), /^The command ran longer than 0\.3 s/);
      await during("stop:stopped", () => driver.stop(501, 0), /^vzctl stop .* --fast .*within 1\.5 s/);
      await driver.start(501);
      await during("destroy:moved", () => driver.destroy(501), /^vzctl destroy .* within 1\.5 s/);
      await driver.destroy(501);
      assert.deepEqual(host().remains(), []);
    });

    it("ends the script of an earlier daemon's command, which has no mark", async () => {
      host().behave({ unpackMs: 600_000 });
      const creation = newDriver().create(lightSpec(501));
      creation.catch(() => undefined);
      const unpacks = () => commandLines().some((line) => line.includes(host().path("vz/private/")));
      await eventually(unpacks, "it unpacks");
      await newDriver().destroy(501);
      await assert.rejects(creation);
      assert.equal(unpacks(), false);
      assert.deepEqual(host().remains(), []);
    });

    it("ends an engine command that an earlier daemon left running", async () => {
      host().behave({ faults: [{ at: "create:unpacking", waits: true }] });
      const dead = newDriver();
      const creation = dead.create(lightSpec(501));
      creation.catch(() => undefined);
      await eventually(() => host().waitsAt("create:unpacking"), "it unpacks");
      const next = newDriver();
      assert.deepEqual(await next.list(), [{ id: 501, state: "stopped" }]);
      await next.destroy(501);
      await assert.rejects(creation);
      assert.deepEqual(host().remains(), []);
    });
  });
}

/** Returns all processes. One may end in the meantime. */
function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return [];
      }
    });
}
