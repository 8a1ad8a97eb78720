import assert from "node:assert/strict";
import { execa } from "execa";
import sinon from "sinon";
import { MccError } from "../../protocol/error";
import { type StandInDaemon, standInDaemons, standInInfo } from "../support/daemons/stand-in-daemon";
import { exampleInstance } from "../support/example-instance";
import { captureIo } from "../support/programs/captured-io";
import { programPath, runWith } from "../support/programs/run-program";
import { eventually } from "../support/time/eventually";

const never = (): Promise<never> => new Promise(() => undefined);

describe("an interrupted command", function () {
  this.timeout(30_000);
  const newDaemon = standInDaemons();

  /**
   * @param isTime says when to send the signal.
   * @returns exit code, standard output and standard error.
   */
  async function interrupt(
    daemon: StandInDaemon,
    words: string[],
    isTime: () => boolean,
    signal: "SIGINT" | "SIGTERM" = "SIGINT",
  ): Promise<unknown[]> {
    const program = execa(process.execPath, [programPath("mcc"), ...words], {
      env: { MCC_SERVER: daemon.url, MCC_TOKEN: undefined },
      reject: false,
      timeout: 20_000,
    });
    await eventually(isTime, "it is at work");
    program.kill(signal);
    const { exitCode, stdout, stderr } = await program;
    return [exitCode, stdout, stderr.split("\n")];
  }

  const calls = (daemon: StandInDaemon, wanted: string): number =>
    daemon.methods().filter((method) => method === wanted).length;

  it("reports which instances of run-instances remain, and how to destroy them", async () => {
    const daemon = await newDaemon({
      "instance.list": () => [],
      "instance.create": ({ name }) => {
        const id = 500 + Number(String(name).slice(4));
        if (name === "web-3") {
          throw new MccError("engine", "It failed, and was undone.");
        }
        return exampleInstance({ id, name: String(name), status: name === "web-1" ? "running" : "pending" });
      },
      "instance.wait": never,
    });
    const words = ["run-instances", "-n", "web", "-c", "4"];
    assert.deepEqual(await interrupt(daemon, words, () => calls(daemon, "instance.wait") === 2), [
      ...[130, ""],
      [
        "Interrupted: 3 of 4 instances were requested and remain (2 pending).",
        "To destroy them: mcc destroy-instance 501 502 504",
      ],
    ]);
  });

  it("waits a moment for the ids of requested instances, and requests no more", async () => {
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const daemon = await newDaemon({
      "server.info": () => ({ ...standInInfo, addressPool: { ...standInInfo.addressPool, free: 100 } }),
      "instance.create": async () => {
        setTimeout(answer, 500);
        await asked;
        return exampleInstance();
      },
    });
    const words = ["run-instances", "--no-wait", "-c", "70"];
    const [exitCode, , lines] = await interrupt(
      daemon,
      words,
      () => calls(daemon, "instance.create") === 64,
      "SIGTERM",
    );
    assert.equal(exitCode, 143);
    assert.match(
      String(lines),
      /^Interrupted: 64 of 70 instances were requested and remain\.,To destroy them: /,
    );
    assert.equal(calls(daemon, "instance.create"), 64);
  });

  it("reports that instances with unknown ids can still appear", async () => {
    const daemon = await newDaemon({ "instance.create": never });
    const { io, signal, stdout, stderr } = captureIo({ environment: { MCC_SERVER: daemon.url } });
    const run = runWith(["mcc", "run-instances"], io);
    await eventually(() => calls(daemon, "instance.create") === 1, "it is at work");
    const timers = sinon.useFakeTimers({ toFake: ["setTimeout"] });
    try {
      signal("SIGINT");
      await timers.tickAsync(5000);
    } finally {
      timers.restore();
    }
    assert.deepEqual(
      [await run, stdout(), stderr().trimEnd().split("\n")],
      [
        ...[130, ""],
        [
          "Interrupted: 0 of 1 instances were requested and remain.",
          "1 more can still appear; check with mcc list-instances.",
        ],
      ],
    );
  });

  it("reports that the daemon ends the command of exec", async () => {
    const daemon = await newDaemon({ "instance.list": () => [exampleInstance()], "instance.exec": never });
    const isTime = (): boolean => calls(daemon, "instance.exec") === 1;
    assert.deepEqual(await interrupt(daemon, ["exec", "--timeout", "90", "web", "make"], isTime), [
      ...[130, ""],
      ["Interrupted: the daemon ends the command in 500 (web)."],
    ]);
  });
});
