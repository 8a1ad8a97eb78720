import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { EarlierCommands } from "../../../../../server/driver/openvz/commands/earlier-commands";
import { eventually } from "../../../../support/time/eventually";
import { fakeDrivers, lightSpec, serverId, vzctl } from "../fake-driver";

describe("engine commands of an earlier daemon", () => {
  // Without an OpenVZ kernel, a container stays in the process group of the command that started it.
  const { host, newDriver } = fakeDrivers();

  it("that have ended are not killed: the container that one started continues to run", async () => {
    const dead = newDriver();
    await dead.create(lightSpec(501));
    host().behave({ faults: [{ at: "start:running", waits: true, times: 1 }] });
    const started = dead.start(501);
    await eventually(() => host().waitsAt("start:running"), "it starts");
    const next = newDriver();
    // Looks for the commands of earlier daemons.
    await next.destroy(999);
    host().release("start:running");
    await started;
    await next.takesOver?.giveBack(501, {});
    assert.match(await vzctl(host(), "status", "501"), /exist mounted running/);
    assert.deepEqual(await next.list(), []);
  });

  it("of another server are not ended, even for an instance with the same id", async () => {
    const other = newDriver({
      serverId: randomBytes(16).toString("hex"),
      folder: host().path("state/other"),
    });
    await other.create(lightSpec(501));
    host().behave({ faults: [{ at: "start:mounted", waits: true, times: 1 }] });
    const started = other.start(501);
    await eventually(() => host().waitsAt("start:mounted"), "it starts");
    await newDriver().destroy(501);
    host().release("start:mounted");
    await started;
    assert.deepEqual(await other.list(), [{ id: 501, state: "running" }]);
  });

  it("are ended if they see this daemon's folder, and not if their namespace has another one in its place", async () => {
    const folder = host().path("state/openvz");
    mkdirSync(folder, { recursive: true });
    const begin = async (...words: readonly string[]): Promise<ChildProcess> => {
      const [program = "sh", ...rest]: readonly string[] = [
        ...words,
        "/bin/sh",
        "-c",
        "echo ready; read -r _",
      ];
      const env = { ...process.env, ...new EarlierCommands(serverId, folder).mark(501) };
      const command = spawn(program, rest, { detached: true, stdio: ["pipe", "pipe", "inherit"], env });
      await once(command.stdout, "data");
      return command;
    };
    const namespace = ["unshare", "--mount", "--propagation", "private"];
    const cover = ["/bin/sh", "-c", 'mount -t tmpfs tmpfs "$0" && exec "$@"', folder];
    const theirs = await begin(...namespace, ...cover);
    const [ours, elsewhere] = [await begin(), await begin(...namespace)];
    const ends = [ours, elsewhere].map((command) => once(command, "exit"));
    await new EarlierCommands(serverId, folder).end(501);
    await Promise.all(ends);
    assert.deepEqual([ours.signalCode, elsewhere.signalCode], ["SIGKILL", "SIGKILL"]);
    assert.deepEqual([theirs.exitCode, theirs.signalCode], [null, null]);
    const end = once(theirs, "exit");
    theirs.kill("SIGKILL");
    await end;
  });
});
