import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { commands } from "../../../../../server/driver/openvz/commands/command";
import { exitCodes } from "../../../../../server/driver/openvz/commands/exit-codes";
import { CommandRunner } from "../../../../../server/driver/openvz/commands/runner";
import { fakeHosts } from "../../../../fakes/openvz/suite";
import { assertMccError } from "../../../../support/assert-error";
import { withEnvironment } from "../../../../support/environment";
import { eventually } from "../../../../support/time/eventually";

const target = { id: 501, ctid: "501" };
const table = exitCodes.v4;

describe("an engine command", () => {
  const host = fakeHosts();
  const runner = (timeoutMs = 20_000): CommandRunner => new CommandRunner({ timeoutMs, mark: () => ({}) });
  const create = commands.create(
    target,
    {
      image: "busybox-1.35-x86_64",
      sample: "basic",
      ipAddress: "198.18.0.7",
      hostname: "web",
      name: "web",
    },
    [],
  );

  it("waits for the lock of another one", async () => {
    host().behave({ faults: [{ at: "set:locked", waits: true, times: 1 }] });
    await runner().run(create, table);
    const first = runner().run(commands.set(target, ["--onboot", "no"]), table);
    const second = runner().run(commands.set(target, ["--onboot", "yes"]), table);
    let sets = 0;
    const countSets = (): number => {
      sets += host()
        .takeCommands()
        .filter(([, action]) => action === "set").length;
      return sets;
    };
    await eventually(() => countSets() > 2, "one of the two was refused and tried again");
    host().release("set:locked");
    await Promise.all([first, second]);
    assert.match(host().configuration("501"), /ONBOOT=/);
  });

  it("does not wait for a lock for ever", async () => {
    await runner().run(create, table);
    writeFileSync(host().path("vz/lock/501.lck"), `${process.pid}\n\n`);
    await assertMccError(
      runner(3000).run(commands.start(target), table),
      "conflict",
      /^vzctl start 501 failed with exit code 9, another vzctl command is working on the container after a wait of 3 s: Locked by: pid \d+, cmdline .*; Container already locked.*What to do: wait until it ends.*\.lck file/,
    );
  });

  it("that hangs is killed with all that it started, and the next one gets past its lock", async () => {
    await runner().run(create, table);
    host().behave({ faults: [{ at: "start:mounted", hangs: true, times: 1 }] });
    await assertMccError(
      runner(1500).run(commands.start(target), table),
      "timeout",
      /^vzctl start 501 did not end within 1\.5 s and was killed\.$/,
    );
    const holder = readFileSync(host().path("vz/lock/501.lck"), "utf8").trim();
    assert.throws(() => process.kill(Number(holder), 0), { code: "ESRCH" });
    assert.equal((await runner().run(commands.unmount(target), table)).exitCode, 0);
  });

  it("that another program kills is reported as such", async () => {
    host().behave({ faults: [{ at: "create", dies: true }] });
    await assertMccError(
      runner().run(create, table),
      "engine",
      /^vzctl create 501 .*(ended by SIGKILL|exit code 137)/,
    );
  });

  describe("a host without vzctl", () => {
    withEnvironment(() => ({ PATH: "/nowhere" }));

    it("is reported", async () => {
      await assertMccError(
        runner().run(commands.version(), table),
        "unavailable",
        /^vzctl is not installed.*install/,
      );
    });
  });
});
