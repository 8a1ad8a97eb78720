import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import type { Driver } from "../../../../server/driver/driver";
import { execExitCodes, exitCodes, meaningOf } from "../../../../server/driver/openvz/commands/exit-codes";
import type { ExitMeaning } from "../../../../server/driver/openvz/commands/exit-meaning";
import { assertMccError } from "../../../support/assert-error";
import { execRequest } from "../container-spec";
import { fakeDrivers, lightSpec } from "./fake-driver";

/** The exit codes of each vzctl command, except for those on which the driver acts. Source: vzctl(8), and its lib. */
interface Step {
  /** The step at which the fake fails. */
  readonly at: string;
  /** The command's name in the message. */
  readonly command: string;
  readonly codes: Readonly<Record<"v4" | "v7", readonly number[]>>;
  /** Default: the exit codes of most commands. */
  readonly tables?: Readonly<Record<"v4" | "v7", readonly ExitMeaning[]>>;
  /** The container on which it is tried. Default: none, because the step creates it. */
  readonly on?: "stopped" | "running";
  readonly run: (driver: Driver) => Promise<unknown>;
}

/** The exit codes of commands that need the kernel, the configuration and the lock folder. */
const everywhere = [3, 5, 6, 10, 12, 77];
const create = (driver: Driver) => driver.create(lightSpec(501));

const steps: readonly Step[] = [
  {
    at: "create:unpacking",
    command: "create",
    codes: {
      v4: [
        ...[
          ...everywhere,
          11,
          20,
          21,
          22,
          23,
          24,
          29,
          46,
          47,
          48,
          49,
          50,
          54,
          55,
          60,
          61,
          63,
          64,
          71,
          78,
          79,
        ],
        ...[82, 91, 99, 107, 108, 131, 139, 151, 152],
      ],
      v7: [19, 56, 89, 100, 137, 140, 163],
    },
    run: create,
  },
  {
    at: "set",
    command: "set",
    codes: { v4: [...everywhere, 20, 21, 70, 72, 73, 131, 139], v7: [137] },
    run: create,
  },
  {
    at: "mount",
    command: "mount",
    codes: { v4: [...everywhere, 14, 22, 23, 43, 49, 50, 53, 60, 61, 79, 99, 152], v7: [] },
    run: create,
  },
  {
    at: "umount:locked",
    command: "umount",
    codes: { v4: [...everywhere, 32, 51, 66, 79, 153], v7: [] },
    run: create,
  },
  {
    at: "start:mounted",
    command: "start",
    codes: {
      v4: [
        ...[
          ...everywhere,
          1,
          2,
          4,
          7,
          11,
          13,
          14,
          18,
          28,
          34,
          36,
          43,
          47,
          49,
          50,
          60,
          65,
          67,
          78,
          79,
          86,
          99,
        ],
        ...[100, 104, 105, 106, 107, 108, 129, 130, 133, 144, 148, 152],
      ],
      v7: [131, 135, 136, 141, 201, 210],
    },
    on: "stopped",
    run: (driver) => driver.start(501),
  },
  {
    at: "stop",
    command: "stop",
    codes: { v4: [...everywhere, 14, 33, 51, 79], v7: [] },
    on: "running",
    run: (driver) => driver.stop(501, 0),
  },
  {
    at: "exec3",
    command: "exec3",
    codes: { v4: [3, 4, 5, 6, 7, 10, 12, 14, 15, 18, 22, 31, 47], v7: [] },
    tables: { v4: [...execExitCodes.v4, ...exitCodes.v4], v7: [...execExitCodes.v7, ...exitCodes.v7] },
    on: "running",
    run: (driver) => driver.exec(501, execRequest(["true"])),
  },
  {
    at: "destroy",
    command: "destroy",
    codes: { v4: [...everywhere, 22, 23, 33, 51, 52, 66], v7: [143, 164] },
    on: "stopped",
    run: (driver) => driver.destroy(501),
  },
];

for (const generation of ["v4", "v7"] as const) {
  describe(`failures of vzctl, ${generation}`, function () {
    this.timeout(300_000);
    // Files are written through a mount in both generations.
    const { host, newDriver } = fakeDrivers({ generation, openvzKernel: true, vswap: true });

    for (const { at, command, codes, tables = exitCodes, on, run } of steps.filter(
      (step) => step.codes[generation].length > 0,
    )) {
      it(`${command}: each exit code is reported with its meaning and a remedy, and leaves nothing`, async () => {
        const driver = newDriver();
        if (on !== undefined) {
          await create(driver);
        }
        if (on === "running") {
          await driver.start(501);
        }
        for (const exitCode of codes[generation]) {
          const meaning = meaningOf(tables[generation], exitCode, { words: "No luck", action: command });
          assert.ok(meaning !== undefined, `${exitCode} is in the table`);
          host().behave({ faults: [{ at, exitCode, stderr: "No luck" }] });
          await assertMccError(
            run(driver),
            meaning.code,
            new RegExp(
              `^vzctl ${command} .*exit code ${exitCode}, ${escaped(meaning.meaning)}: No luck.* What to do: ${escaped(meaning.remedy)}\\.$`,
            ),
          );
          host().behave({ faults: [] });
          if (on === undefined) {
            await driver.destroy(501);
            assert.deepEqual(host().remains(), [], `after ${exitCode}`);
          } else {
            assert.deepEqual(await driver.list(), [{ id: 501, state: on }], `after ${exitCode}`);
          }
        }
        await driver.destroy(501);
        assert.deepEqual(host().remains(), []);
        assert.deepEqual(await readdir(host().path("state/openvz/unfinished")), []);
        await create(driver);
      });
    }

    it("vzlist: nothing is concluded from any failure", async () => {
      const driver = newDriver();
      await create(driver);
      host().behave({ faults: [{ at: "list", exitCode: 1, stderr: "Unable to open /proc/vz/veinfo" }] });
      await assertMccError(
        driver.list(),
        "engine",
        /^vzlist .* exit code 1, the containers could not be listed: Unable to open/,
      );
      await assertMccError(driver.destroy(501), "engine", /^vzlist .* exit code 1/);
      host().behave({ faults: [] });
      assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
    });
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
