import assert from "node:assert/strict";
import { mkdirSync, rmdirSync, watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { hasErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { Cgroups, killAll, payloadPrefix } from "../../../../server/driver/lxc/cgroups/cgroups";
import { firstProcessOf } from "../../../../server/driver/lxc/cgroups/first-process";
import { readHierarchies } from "../../../../server/driver/lxc/cgroups/hierarchies";
import { CommandCgroup } from "../../../../server/driver/lxc/commands/command-cgroup";
import { processes } from "../../../../server/driver/lxc/commands/processes";
import { assertMccError } from "../../../support/assert-error";
import { lxcHosts } from "../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../support/lxc/running-container";
import { eventually } from "../../../support/time/eventually";
import { execRequest } from "../container-spec";
import { assertLeavesOutput } from "../timed-out-command";

/** Returns whether a process with this argument runs on this host. */
async function isRunning(word: string): Promise<boolean> {
  return (await processes()).some(({ words }) => words.includes(word));
}

/** Returns the cgroups of the commands in the container 500. */
async function commandCgroups({ place }: ReturnType<ReturnType<typeof lxcHosts>>): Promise<string[]> {
  const { unified } = await readHierarchies();
  const entries = await readdir(join(unified, payloadPrefix + place.container(500).name));
  return entries.filter((entry) => entry.startsWith("minicloud-"));
}

/** Returns the descriptors that a child of this process inherits unintentionally: open(2), O_CLOEXEC. */
async function inheritedDescriptors(): Promise<string[]> {
  const closedOnExec = 0o2000000;
  const descriptors = (await readdir("/proc/self/fdinfo")).filter((descriptor) => Number(descriptor) > 2);
  const kept = await Promise.all(
    descriptors.map(async (descriptor) => {
      const info = await readFile(`/proc/self/fdinfo/${descriptor}`, "utf8").catch(() => "");
      const flags = Number.parseInt(/^flags:\s+(\d+)$/m.exec(info)?.[1] ?? "2000000", 8);
      return (flags & closedOnExec) === 0;
    }),
  );
  return descriptors.filter((_, index) => kept[index]);
}

/** Whether a shell already waits for the first command of each test. */
for (const waits of [false, true]) {
  describe(`commands in LXC containers, ${waits ? "in a shell that waits" : "in a new process"}`, () => {
    describeCommands(waits);
  });
}

function describeCommands(waits: boolean): void {
  const host = lxcHosts({}, { shellIdleMs: 1000 });
  beforeEach(async () => {
    await startContainer(host());
    if (waits) {
      await host().driver.claims?.prepare(500);
    }
  });

  /** Ends the shell that waits, if any. */
  const endShell = async (): Promise<void> => {
    const { unified } = await readHierarchies();
    const payload = join(unified, payloadPrefix + host().place.container(500).name);
    for (const cgroup of await commandCgroups(host())) {
      killAll(join(payload, cgroup));
    }
  };

  it("begin in a shell that waits, if there is one", async () => {
    const before = await commandCgroups(host());
    assert.equal(before.length, waits ? 1 : 0);
    const [, own] = /\/(minicloud-[0-9a-f]+)$/m.exec(await shell(host(), "grep 0:: /proc/self/cgroup")) ?? [];
    assert.deepEqual([own].filter((cgroup) => before.includes(cgroup ?? "")).length, waits ? 1 : 0);
  });

  it("get their arguments as they are", async () => {
    const words = ["a b", "", "it's", '$HOME `id` \\ "', "one\ntwo\n\n", "-n", "*", "\t é 漢 \u0001", "'\n'"];
    const { stdout } = await host().driver.exec(500, execRequest(["printf", "%s|", ...words]));
    assert.equal(Buffer.from(stdout).toString(), words.map((word) => `${word}|`).join(""));
  });

  it("get their input, and nothing else of it is read", async () => {
    const stdin = Buffer.from("first\nsecond\n");
    const { stdout } = await host().driver.exec(500, execRequest(["sh", "-c", "read -r a; cat"], { stdin }));
    assert.equal(Buffer.from(stdout).toString(), "second\n");
  });

  it("get input that comes later", async () => {
    const input = new PassThrough();
    const running = host().driver.exec(500, execRequest(["cat"], { stdin: input }));
    input.write("first");
    await pause(100);
    input.end(" second");
    assert.equal(Buffer.from((await running).stdout).toString(), "first second");
  });

  it("report a command that does not exist", async () => {
    const { exitCode, stderr } = await host().driver.exec(500, execRequest(["no-such-command"]));
    assert.equal(exitCode, 127);
    assert.match(Buffer.from(stderr).toString(), /^sh: (line )?(0|1)?:? ?.*no-such-command: not found\n$/);
  });

  it("run also when the shell that waited was killed", async () => {
    await endShell();
    const input = Readable.from(["in", "put"]);
    const { stdout } = await host().driver.exec(500, execRequest(["cat"], { stdin: input }));
    assert.equal(Buffer.from(stdout).toString(), "input");
  });

  it("leave a shell for the next one for a time", async () => {
    await shell(host(), "true");
    await shell(host(), "true");
    await eventually(async () => (await commandCgroups(host())).length === 1, "a shell waits");
    await eventually(async () => (await commandCgroups(host())).length === 0, "it has ended");
  });

  it("leave no shell in a container that is stopped", async () => {
    await shell(host(), "true");
    await shell(host(), "true");
    const { driver, place } = host();
    await driver.stop(500, 0);
    const { name } = place.container(500);
    const attached = async (): Promise<boolean> =>
      (await processes()).some(({ words }) => words.includes(name) && words.includes("--clear-env"));
    await eventually(async () => !(await attached()), "lxc-attach has ended");
    await driver.start(500);
    assert.equal(await shell(host(), "echo again"), "again");
  });

  it("do not disturb reboots inside", async () => {
    const { place, driver } = host();
    const payload = join((await readHierarchies()).unified, payloadPrefix + place.container(500).name);
    // As in a daemon: a shell for the next command may enter the container at the wrong moment, which the watch repairs.
    const down: number[] = [];
    driver.watch((id) => down.push(id));
    for (let reboots = 0; reboots < 20; reboots += 1) {
      const before = await firstProcessOf(payload);
      await driver.exec(500, execRequest(["reboot", "-f"])).catch(() => undefined);
      await eventually(
        async () => ![before, undefined].includes(await firstProcessOf(payload)),
        "it runs again",
      );
      assert.equal(await shell(host(), "echo ready"), "ready");
    }
    assert.deepEqual(await driver.list(), [{ id: 500, state: "running" }]);
    assert.deepEqual(down, []);
  });

  it("change no cgroup of a container that ends", async () => {
    const { place, driver } = host();
    const cgroups = new Cgroups(await readHierarchies());
    const container = place.container(500);
    const cgroup = CommandCgroup.make(cgroups, container);
    try {
      await driver.stop(500, 0);
      // It is LXC that removes it.
      mkdirSync(cgroup.path, { recursive: true });
      await cgroup.remove();
      assert.equal(await cgroup.exists(), true);
      assert.throws(() => CommandCgroup.make(cgroups, container), /500 does not run/);
    } finally {
      await cgroups.remove(container.name);
    }
  });

  it("have a clean environment, no open files of the host, and the root as current folder", async () => {
    process.env["SECRET_OF_THE_HOST"] = "1";
    const environment = await shell(host(), "env | cut -d= -f1 | sort | tr '\\n' ' '");
    assert.equal(environment.trim(), "HOME PATH PWD SHLVL TERM USER container");
    assert.equal(await shell(host(), "pwd; whoami"), "/\nroot");
    // Omits the shell's own files, the listed folder, and descriptors that this process inherited.
    const inherited = await inheritedDescriptors();
    const open = (await shell(host(), "ls /proc/self/fd")).split("\n");
    assert.deepEqual(
      open.filter((descriptor) => !inherited.includes(descriptor)),
      ["0", "1", "2", "3"],
    );
  });

  it("end after their time limit with all their processes, also those in the background", async () => {
    const script = "sleep 864398 & (setsid env -i /bin/sleep 864397 &) ; sleep 864396";
    await assertMccError(shell(host(), script, { timeoutMs: 500 }), "timeout", /"sh" in container 500/);
    for (const word of ["864398", "864397", "864396"]) {
      assert.equal(await isRunning(word), false, word);
    }
  });

  it("end with all their processes when the signal is aborted", async () => {
    const hangUp = new AbortController();
    const script = "(setsid env -i /bin/sleep 864394 &) ; sleep 864393";
    const running = shell(host(), script, { signal: hangUp.signal });
    await eventually(() => isRunning("864394"), "the process in the background runs");
    hangUp.abort(new MccError("unavailable", "nobody waits"));
    await assertMccError(running, "unavailable", /nobody waits/);
    for (const word of ["864394", "864393"]) {
      assert.equal(await isRunning(word), false, word);
    }
  });

  it("leave nothing behind if the signal is aborted before or during their start", async () => {
    for (const afterMs of [0, 2, 4, 6, 8, 10, 15, 20]) {
      const hangUp = new AbortController();
      const [child, own] = [`8620${afterMs}1`, `8620${afterMs}2`];
      const script = `(setsid env -i /bin/sleep ${child} &) ; sleep ${own}`;
      // A shell that waits is not taken by a command whose signal is aborted first.
      const waiting = await commandCgroups(host());
      const running = shell(host(), script, { signal: hangUp.signal });
      setTimeout(() => hangUp.abort(new MccError("unavailable", "nobody waits")), afterMs);
      await assertMccError(running, "unavailable", /nobody waits/);
      const cgroups = (await commandCgroups(host())).filter((cgroup) => !waiting.includes(cgroup));
      const left = [await isRunning(child), await isRunning(own), ...cgroups];
      assert.deepEqual(left, [false, false], `${afterMs} ms`);
    }
  });

  it("are not started if the signal is aborted before the call", async () => {
    const signal = AbortSignal.abort(new MccError("unavailable", "nobody waits"));
    await assertMccError(shell(host(), "touch /begun", { signal }), "unavailable", /nobody waits/);
    assert.equal(await shell(host(), "test -e /begun || echo none"), "none");
  });

  it("keep their output until the time limit", async () => {
    await assertLeavesOutput(host().driver, 500);
  });

  it("end without their processes in the background, which continue to run", async () => {
    assert.equal(await shell(host(), "sleep 86395 & echo begun"), "begun");
    assert.equal(await isRunning("86395"), true);
    await host().driver.stop(500, 0);
    await eventually(async () => !(await isRunning("86395")), "it ended with the container");
  });

  it("may ignore their input", async () => {
    const stdin = Buffer.alloc(4 * 1024 * 1024);
    const { exitCode } = await host().driver.exec(500, execRequest(["true"], { stdin }));
    assert.equal(exitCode, 0);
  });

  it("may write more than the limit, on both outputs at the same time", async () => {
    const script = "yes | head -c 200000000; yes no | head -c 200000000 >&2";
    const before = process.memoryUsage().arrayBuffers;
    const { stdout, stderr, truncated } = await host().driver.exec(500, {
      ...execRequest(["sh", "-c", script]),
      maxOutputBytes: 1000,
    });
    assert.deepEqual([stdout.length, stderr.length, truncated], [1000, 1000, true]);
    assert.equal(Buffer.from(stderr).toString().slice(0, 6), "no\nno\n");
    // The discarded output was not kept in memory: it had 400 MB.
    assert.ok(process.memoryUsage().arrayBuffers - before < 100_000_000);
  });

  it("report a signal that ended them by their exit code", async () => {
    assert.equal(await shell(host(), "kill -TERM $$"), "143: ");
    assert.equal(await shell(host(), "exit 255"), "255: ");
  });

  it("run many at once", async () => {
    const numbers = Array.from({ length: 20 }, (_, number) => String(number));
    assert.deepEqual(await Promise.all(numbers.map((number) => shell(host(), `echo ${number}`))), numbers);
  });

  it("start even if a booting systemd removes their cgroup", async () => {
    const { unified } = await readHierarchies();
    const payload = join(unified, payloadPrefix + host().place.container(500).name);
    const seen = new Set<string>();
    const removed = new Set<string>();
    const systemd = watch(payload, (_event, name) => {
      // The watch also reports removals.
      if (removed.size < 2 && name?.startsWith("minicloud-") === true && !seen.has(name)) {
        seen.add(name);
        if (removeUnlessBusy(join(payload, name))) {
          removed.add(name);
        }
      }
    });
    try {
      await eventually(async () => {
        await endShell();
        await eventually(async () => (await commandCgroups(host())).length === 0, "no shell waits");
        assert.equal(await shell(host(), "echo here"), "here");
        return removed.size === 2;
      }, "two cgroups were removed before their command entered them");
    } finally {
      systemd.close();
    }
  });

  it("leave no cgroup behind", async () => {
    const cgroups = async (): Promise<string> => await shell(host(), "cat /proc/self/cgroup | grep 0::");
    const [first, second] = [await cgroups(), await cgroups()];
    assert.notEqual(first, second);
    await assertMccError(shell(host(), "sleep 1000", { timeoutMs: 200 }), "timeout", /0\.2 s/);
    assert.deepEqual(await commandCgroups(host()), []);
  });
}

/** @returns false if the command has entered it, or has ended already. */
function removeUnlessBusy(cgroup: string): boolean {
  try {
    rmdirSync(cgroup);
    return true;
  } catch (error) {
    if (hasErrno(error, "EBUSY", "ENOENT")) {
      return false;
    }
    throw error;
  }
}
