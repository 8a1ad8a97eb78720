import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { runMcc } from "../../../cli/main";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { type StandInDaemon, standInDaemons, standInInfo } from "../../support/daemons/stand-in-daemon";
import { exampleInstance } from "../../support/example-instance";
import { captureIo } from "../../support/programs/captured-io";
import { eventually } from "../../support/time/eventually";

const encoded = (text: string): string => Buffer.from(text).toString("base64");

describe("mcc exec", function () {
  this.timeout(30_000);
  const newDaemon = inProcessDaemons();
  const newStandIn = standInDaemons();
  let daemon: InProcessDaemon;

  before(async () => {
    daemon = await newDaemon();
    await daemon.client.call("instance.create", { name: "web", waitSeconds: 10 });
  });

  /** Starts a daemon in which a command writes endlessly. */
  const endless = (): Promise<StandInDaemon> =>
    newStandIn({
      "server.info": () => ({ ...standInInfo, features: ["execStream"] }),
      "instance.list": () => [exampleInstance()],
      "instance.execStart": () => ({ exec: "e".repeat(32) }),
      "instance.execRead": ({ after }) => ({
        number: Number(after) + 1,
        stdout: encoded("yes\n"),
        stderr: "",
      }),
      "instance.execEnd": () => ({ ended: true }),
    });

  it("shows output and passes input on while the command runs", async () => {
    const { io, stdin, stdout } = captureIo({ environment: daemon.environment });
    const run = runMcc(["exec", "-i", "web", "cat"], io);
    stdin.write("first\n");
    await eventually(() => stdout() === "first\n", "the first line came back");
    stdin.end("last\n");
    assert.deepEqual([await run, stdout()], [0, "first\nlast\n"]);
  });

  it("keeps standard error separate", async () => {
    const { io, stdout, stderr } = captureIo({ environment: daemon.environment });
    assert.equal(await runMcc(["exec", "web", "nothing"], io), 127);
    assert.deepEqual(
      [stdout(), stderr()],
      ["", "nothing: unknown command of a simulated container, which runs no real programs\n"],
    );
  });

  it("ends the command when it is interrupted", async () => {
    const { url, calls } = await endless().then((standIn) => ({ url: standIn.url, calls: standIn.calls }));
    const { io, signal, stdout, stderr } = captureIo({ environment: { MCC_SERVER: url } });
    const run = runMcc(["exec", "web", "yes"], io);
    await eventually(() => stdout() !== "", "output came");
    assert.ok(signal("SIGINT"));
    assert.deepEqual([await run, stderr()], [130, "Interrupted: the command in 500 (web) was ended.\n"]);
    assert.ok(calls.some(({ method }) => method === "instance.execEnd"));
  });

  it("ends the command when the reader of its output ends", async () => {
    const standIn = await endless();
    const stdout = new Writable({
      write: (_bytes, _encoding, done) => done(Object.assign(new Error("closed"), { code: "EPIPE" })),
    });
    const { io, stderr } = captureIo({ environment: { MCC_SERVER: standIn.url }, stdout });
    assert.deepEqual([await runMcc(["exec", "web", "yes"], io), stderr()], [141, ""]);
    assert.ok(standIn.methods().includes("instance.execEnd"));
  });

  it("waits for a slow reader of its output", async () => {
    const standIn = await endless();
    const held: (() => void)[] = [];
    const stdout = new Writable({
      highWaterMark: 1,
      write: (_bytes, _encoding, done) => {
        held.push(done);
      },
    });
    const reads = (): number => standIn.methods().filter((method) => method === "instance.execRead").length;
    const { io, signal } = captureIo({ environment: { MCC_SERVER: standIn.url }, stdout });
    const run = runMcc(["exec", "web", "yes"], io);
    await eventually(() => held.length === 1, "the first piece is held");
    assert.equal(reads(), 1);
    held[0]?.();
    await eventually(() => reads() > 1, "it reads on");
    signal("SIGINT");
    held.forEach((done) => done());
    stdout.destroy();
    assert.equal(await run, 130);
  });
});
