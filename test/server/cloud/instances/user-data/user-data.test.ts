import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { MccError } from "../../../../../protocol/error";
import type { Rung } from "../../../../../protocol/methods/values/readiness";
import { localAdmin } from "../../../../../server/cloud/access/caller";
import type { ExecRequest, ExecResult } from "../../../../../server/driver/driver";
import { assertMccError } from "../../../../support/assert-error";
import { captureLog } from "../../../../support/captured-log";
import { recordedIds } from "../../../../support/daemons/recorded-ids";
import {
  createReady,
  creation,
  type TestCloud,
  targetOf,
  testClouds,
} from "../../../../support/daemons/test-cloud";
import { eventually } from "../../../../support/time/eventually";

const secret = "correct horse battery staple";
const script = `#!/bin/sh\necho ${secret}\n`;

describe("userData", () => {
  const newCloud = testClouds();
  afterEach(() => sinon.restore());

  /** Opens a cloud over an engine that acts as a real one. The test defines the results of commands. */
  async function cloudWith(
    exec: (request: ExecRequest) => Promise<ExecResult>,
    overrides: Parameters<typeof newCloud>[0] = {},
  ): Promise<TestCloud> {
    const test = await newCloud(overrides);
    sinon.stub(test.driver, "capabilities").value({ ...test.driver.capabilities, simulated: false });
    sinon.stub(test.driver, "exec").callsFake((_id, request) => exec(request));
    return test;
  }

  /** The shell in the container writes the log to standard output and its length to standard error. */
  const ended = (exitCode: number, log: string, bytes = Buffer.byteLength(log)): ExecResult => ({
    exitCode,
    stdout: Buffer.from(log),
    stderr: Buffer.from(`${bytes}\n`),
    truncated: false,
  });
  const asked = { userData: script, waitFor: "running" } as const;
  const textOf = ({ output }: { output: string }): string => Buffer.from(output, "base64").toString();

  it("runs once, after the basic rungs and before the others, and its log is kept", async () => {
    const run: string[] = [];
    const { cloud, stateFolder } = await cloudWith(({ command }) => {
      run.push(command.at(-1) ?? "");
      return Promise.resolve(ended(0, "done\n"));
    });
    const waitFor: Rung[] = [{ command: ["first"] }, "running", { command: ["second"] }];
    const instance = await createReady(cloud, { userData: script, waitFor });
    assert.deepEqual(run, ["/var/lib/minicloud/user-data", "first", "second"]);
    await cloud.instances.restart(localAdmin, { ...targetOf(instance), graceSeconds: 0 });
    assert.deepEqual(run.slice(3), ["first", "second"]);
    assert.deepEqual(await cloud.instances.log(localAdmin, targetOf(instance)), {
      running: false,
      exitCode: 0,
      truncated: false,
      output: Buffer.from("done\n").toString("base64"),
    });
    const file = join(stateFolder, "instances", String(instance.id), "user-data-log.json");
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it("is readable only by root in the instance, and is in no file or log of the daemon", async () => {
    const { log, lines } = captureLog();
    const { cloud, driver, stateFolder } = await cloudWith(() => Promise.resolve(ended(7, secret)), { log });
    const create = sinon.spy(driver, "create");
    const error = await assertMccError(
      createReady(cloud, { ...asked, keepOnFailure: true }),
      "invalid",
      /the step "ready" failed: userData ended with exit code 7; the last it said: "correct horse/,
    );
    assert.equal(error.confidential, true);
    const file = create.firstCall.args[0].files.find(({ path }) => path.endsWith("/user-data"));
    assert.deepEqual(
      [file && Buffer.from(file.content).toString(), file?.mode, file?.folderMode],
      [script, 0o700, 0o700],
    );
    const record = await readFile(join(stateFolder, "instances", "journal"), "utf8");
    assert.ok(!record.includes("echo"), record);
    assert.ok(!JSON.stringify(lines).includes(secret), JSON.stringify(lines));
  });

  it("undoes the instance if it fails, and its log remains readable for a while", async () => {
    const { cloud, driver, stateFolder } = await cloudWith(() =>
      Promise.resolve(ended(3, "tail of it\n", 100_000)),
    );
    await assertMccError(createReady(cloud, { ...asked, name: "web" }), "invalid", /exit code 3.*undone/);
    assert.deepEqual(await driver.list(), []);
    assert.deepEqual(await recordedIds(stateFolder), []);
    for (const instance of [500, "web"]) {
      const log = await cloud.instances.log(localAdmin, { instance });
      assert.deepEqual([log.running, log.exitCode, log.truncated], [false, 3, true]);
      assert.equal(textOf(log), "tail of it\n");
    }
    await assertMccError(cloud.instances.log(localAdmin, { instance: 501 }), "not-found", /No instance 501/);
    const other = { instance: 500, uid: "0".repeat(32) };
    await assertMccError(cloud.instances.log(localAdmin, other), "not-found", /No instance 500/);
  });

  it("is killed at its timeout, and the error has the end of its output", async () => {
    const limits: number[] = [];
    const { cloud } = await cloudWith(({ command, timeoutMs }) => {
      limits.push(timeoutMs);
      return command.at(-1) === "/var/lib/minicloud/user-data"
        ? Promise.reject(new MccError("timeout", "The command was killed."))
        : Promise.resolve(ended(0, "so far\n"));
    });
    await assertMccError(
      createReady(cloud, { ...asked, readyTimeoutSeconds: 7 }),
      "timeout",
      /userData did not end within 7 s and was killed; the last it said: "so far"/,
    );
    assert.ok((limits[0] ?? 0) > 0 && (limits[0] ?? 0) <= 7000);
    const log = await cloud.instances.log(localAdmin, { instance: 500 });
    assert.deepEqual([log.running, log.exitCode, textOf(log)], [false, undefined, "so far\n"]);
  });

  it("has a readable log while it runs, and does not delay a destroy", async () => {
    const { cloud, driver } = await cloudWith(({ command }) =>
      command.at(-1) === "/var/lib/minicloud/user-data"
        ? new Promise(() => undefined)
        : Promise.resolve(ended(0, "half\n")),
    );
    const instance = await cloud.instances.create(localAdmin, creation(asked));
    const waitingFor = async (): Promise<string | undefined> =>
      (await cloud.instances.get(localAdmin, targetOf(instance))).waitingFor;
    await eventually(async () => (await waitingFor()) === "userData", "the script runs");
    const log = await cloud.instances.log(localAdmin, targetOf(instance));
    assert.deepEqual([log.running, log.exitCode, textOf(log)], [true, undefined, "half\n"]);
    assert.deepEqual(await cloud.instances.destroy(localAdmin, targetOf(instance)), { destroyed: true });
    assert.deepEqual(await driver.list(), []);
  });

  it("has its log read once for all requests at the same time, to limit the load on the host", async () => {
    let readings = 0;
    const finished: ((result: ExecResult) => void)[] = [];
    const { cloud } = await cloudWith(({ command }) => {
      if (command.at(-1) === "/var/lib/minicloud/user-data") {
        return new Promise(() => undefined);
      }
      readings += 1;
      return new Promise((resolve) => finished.push(resolve));
    });
    const instance = await cloud.instances.create(localAdmin, creation(asked));
    await eventually(
      async () => (await cloud.instances.get(localAdmin, targetOf(instance))).waitingFor === "userData",
      "the script runs",
    );
    const logs = Promise.all(
      Array.from({ length: 20 }, () => cloud.instances.log(localAdmin, targetOf(instance))),
    );
    await eventually(() => readings > 0, "the log is read");
    finished.forEach((finish) => finish(ended(0, "half\n")));
    assert.deepEqual(new Set((await logs).map(textOf)), new Set(["half\n"]));
    assert.equal(readings, 1);
    await cloud.instances.destroy(localAdmin, targetOf(instance));
  });

  it("is run by /bin/sh if it does not start with #!", async () => {
    const run: string[][] = [];
    const { cloud } = await cloudWith(({ command }) => {
      run.push(command.slice(-2));
      return Promise.resolve(ended(0, ""));
    });
    await createReady(cloud, { ...asked, userData: "echo hello" });
    assert.deepEqual(run, [["/bin/sh", "/var/lib/minicloud/user-data"]]);
  });

  it("is a conflict if it differs from that of the instance with the same client token", async () => {
    const { cloud } = await cloudWith(() => Promise.resolve(ended(0, "")));
    const token = { clientToken: "token-0001", waitFor: "running" } as const;
    const made = await createReady(cloud, { ...token, userData: script });
    assert.equal((await createReady(cloud, { ...token, userData: script })).uid, made.uid);
    await assertMccError(
      cloud.instances.create(localAdmin, creation({ ...token, userData: "other" })),
      "conflict",
      /created instance 500 \(mcc-500\) already, with other userData/,
    );
  });

  it("is not run by a simulated instance, whose log says so", async () => {
    const { cloud } = await newCloud();
    const instance = await createReady(cloud, { userData: "exit 1" });
    const log = await cloud.instances.log(localAdmin, targetOf(instance));
    assert.deepEqual([log.running, log.exitCode], [false, undefined]);
    assert.match(textOf(log), /simulated, and its userData was not run/);
  });

  it("has no log for an instance without it", async () => {
    const { cloud } = await newCloud();
    const instance = await createReady(cloud);
    await assertMccError(
      cloud.instances.log(localAdmin, targetOf(instance)),
      "conflict",
      /created without userData/,
    );
  });

  it("is not quoted in errors with hideOutput, which say where to read its output", async () => {
    const { cloud } = await cloudWith(() => Promise.resolve(ended(3, `${secret}\n`)));
    const made = await cloud.instances.create(localAdmin, creation({ ...asked, hideOutput: true }));
    const failure = await cloud.instances
      .wait(localAdmin, { ...targetOf(made), timeoutSeconds: 10 })
      .then(() => assert.fail("it was to fail"), String);
    assert.match(
      failure,
      new RegExp(`exit code 3; what it printed is left out, .*"mcc logs ${made.id}" shows it`),
    );
    assert.doesNotMatch(failure, new RegExp(secret));
    assert.equal(textOf(await cloud.instances.log(localAdmin, targetOf(made))), `${secret}\n`);
  });

  it("hides the commands of waitFor and their output with hideOutput", async () => {
    const { cloud } = await cloudWith(() => Promise.resolve(ended(1, secret)));
    const waitFor: Rung[] = [{ command: ["check", secret] }];
    const made = await cloud.instances.create(
      localAdmin,
      creation({ waitFor, hideOutput: true, readyTimeoutSeconds: 1 }),
    );
    const failure = await cloud.instances
      .wait(localAdmin, { ...targetOf(made), timeoutSeconds: 10 })
      .then(() => assert.fail("it was to fail"), String);
    assert.match(failure, /did not get as far as "command" .*last seen: exit code 1\)/);
    assert.doesNotMatch(failure, new RegExp(secret));
  });
});
