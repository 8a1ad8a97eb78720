import assert from "node:assert/strict";
import { standInDaemons } from "../support/daemons/stand-in-daemon";
import { exampleInstance } from "../support/example-instance";
import { captureIo } from "../support/programs/captured-io";
import { runProgram, runWith } from "../support/programs/run-program";
import { eventually } from "../support/time/eventually";

describe("a program that shares its process with others", () => {
  const newDaemon = standInDaemons();

  it("has its own daemon, terminal, output and exit code, even if several run at once", async () => {
    const [web, db] = await Promise.all(
      ["web", "db"].map((name) => newDaemon({ "instance.list": () => [exampleInstance({ name })] })),
    );
    assert.ok(web !== undefined && db !== undefined);
    const words = ["mcc", "list-instances"];
    const coloured = captureIo({ environment: { MCC_SERVER: web.url, TERM: "xterm" }, columns: 200 });
    const narrow = captureIo({ environment: { MCC_SERVER: db.url, NO_COLOR: "1" }, columns: 20 });
    const piped = captureIo({ environment: { MCC_SERVER: db.url } });
    const wrong = captureIo({ environment: { MCC_SERVER: web.url } });
    const exitCodes = await Promise.all([
      runWith(words, coloured.io),
      runWith(words, narrow.io),
      runWith(words, piped.io),
      runWith([...words, "--nonsense"], wrong.io),
    ]);
    assert.deepEqual(exitCodes, [0, 0, 0, 2]);
    assert.match(coloured.stdout(), /^500 {2}web {3}\u001b\[32mrunning/m);
    assert.match(narrow.stdout(), /^500 {2}db {3}198\.18\.0\.2$/m);
    assert.match(piped.stdout(), /^500 {2}db {4}running {2}198\.18\.0\.2 /m);
    assert.match(wrong.stderr(), /unknown option '--nonsense'/);
    assert.equal(wrong.stdout(), "");
  });

  it("makes no calls and prints nothing after an early exit", async () => {
    const daemon = await newDaemon({
      "instance.list": () => [exampleInstance()],
      "instance.stop": () => new Promise(() => undefined),
    });
    const { io, screen } = captureIo({ environment: { MCC_SERVER: daemon.url } });
    const run = runWith(["mcc", "stop", "web"], io);
    await eventually(() => daemon.methods().includes("instance.stop"), "it is at work");
    io.exit(3);
    assert.equal(await run, 3);
    io.print("late");
    await assert.rejects(io.connect().info(), { name: "AbortError" });
    assert.equal(screen(), "");
    assert.deepEqual(daemon.methods(), ["instance.list", "instance.stop"]);
  });

  it("adds no listeners to the process and does not set its exit code", async () => {
    const daemon = await newDaemon({ "instance.list": () => [exampleInstance()] });
    const listeners = (): unknown[] =>
      process.eventNames().map((name) => [name, process.listenerCount(String(name))]);
    const before = [listeners(), process.exitCode];
    await runProgram(["mcc", "exec", "web", "true"], { environment: { MCC_SERVER: daemon.url } });
    await runProgram(["mcc", "nonsense"]);
    assert.deepEqual([listeners(), process.exitCode], before);
  });

  it("throws an unexpected error", async () => {
    const { io } = captureIo({ environment: { MCC_SERVER: "127.0.0.1" } });
    const defect = new Error("a defect");
    io.connect = () => {
      throw defect;
    };
    await assert.rejects(runWith(["mcc", "list-instances"], io), defect);
  });
});
