import assert from "node:assert/strict";
import { MccError } from "../../../../../protocol/error";
import type { ParsedParameters } from "../../../../../protocol/methods/method-table";
import { localAdmin } from "../../../../../server/cloud/access/caller";
import { CommandStreams } from "../../../../../server/cloud/instances/commands/command-streams";
import type { StreamedRequest } from "../../../../../server/cloud/instances/commands/commands";
import { CommandTimeout } from "../../../../../server/driver/command-timeout";
import { assertMccError } from "../../../../support/assert-error";
import { handTime } from "../../../../support/time/hand-time";

type Start = ParsedParameters<"instance.execStart">;

const start: Start = { instance: 500, command: ["make"], stdin: true, timeoutSeconds: 60 };

/** A command that the test controls. */
interface Running {
  readonly exec: string;
  readonly request: StreamedRequest;
  readonly end: (exitCode: number) => void;
  readonly fail: (error: Error) => void;
}

describe("commands with streamed output", () => {
  const time = handTime();
  const { signal } = new AbortController();

  function begin(streams: CommandStreams, parameters: Partial<Start> = {}): Running {
    const running: Partial<Record<keyof Running, unknown>> = {};
    const { exec } = streams.start(localAdmin, { ...start, ...parameters }, (request) => {
      running.request = request;
      return new Promise((resolve, reject) => {
        running.end = resolve;
        running.fail = reject;
        request.signal.addEventListener("abort", () => reject(request.signal.reason as Error));
      });
    });
    return { ...(running as Omit<Running, "exec">), exec };
  }

  const read = (
    streams: CommandStreams,
    exec: string,
    after: number,
    by = signal,
  ): ReturnType<CommandStreams["read"]> => streams.read(localAdmin, { exec, after, waitSeconds: 5 }, by);

  const write = (streams: CommandStreams, exec: string, offset: number, text: string, end = false) =>
    streams.write(localAdmin, { exec, offset, data: Buffer.from(text).toString("base64"), end }, signal);

  const text = (base64: string): string => Buffer.from(base64, "base64").toString();

  it("return output while they run, and then their exit code", async () => {
    const streams = new CommandStreams();
    const { exec, request, end } = begin(streams);
    const first = read(streams, exec, 0);
    request.output.stdout.write("out");
    request.output.stderr.write("err");
    const answer = await first;
    assert.deepEqual([answer.number, answer.exitCode], [1, undefined]);
    assert.deepEqual([text(answer.stdout), text(answer.stderr)], ["out", "err"]);
    request.output.stdout.write("last");
    end(3);
    assert.equal(text((await read(streams, exec, 1)).stdout), "last");
    const last = await read(streams, exec, 2);
    assert.deepEqual(last, { number: 3, stdout: "", stderr: "", exitCode: 3 });
    await streams.close();
  });

  it("repeat only the answer that was lost", async () => {
    const streams = new CommandStreams();
    const { exec, request } = begin(streams);
    request.output.stdout.write("once");
    const answer = await read(streams, exec, 0);
    assert.deepEqual(await read(streams, exec, 0), answer);
    await assertMccError(read(streams, exec, 7), "invalid", /number 1, not 7/);
    await streams.close();
  });

  it("answer without output after the wait, even if the client of an earlier call has disconnected", async () => {
    const streams = new CommandStreams();
    const { exec } = begin(streams);
    const gone = new AbortController();
    const lost = read(streams, exec, 0, gone.signal);
    const waiting = read(streams, exec, 0);
    gone.abort(new MccError("unavailable", "gone"));
    await assertMccError(lost, "unavailable", /gone/);
    assert.deepEqual(await time.passDuring(waiting), { number: 1, stdout: "", stderr: "" });
    await streams.close();
  });

  it("receive their input in order, and each byte once", async () => {
    const streams = new CommandStreams();
    const { exec, request } = begin(streams);
    assert.deepEqual(await write(streams, exec, 0, "abc"), { received: 3 });
    assert.deepEqual(await write(streams, exec, 0, "abcd"), { received: 4 });
    await assertMccError(write(streams, exec, 9, "x"), "invalid", /begins at byte 9, but 4 bytes/);
    assert.deepEqual(await write(streams, exec, 4, "e", true), { received: 5 });
    assert.ok(!(request.stdin instanceof Uint8Array));
    const chunks = await request.stdin.toArray();
    assert.equal(Buffer.concat(chunks as Buffer[]).toString(), "abcde");
    await streams.close();
  });

  it("accept no input that they do not read, and report how much has arrived", async () => {
    const streams = new CommandStreams();
    const { exec } = begin(streams);
    const long = "x".repeat(300 * 1024);
    assert.deepEqual(await write(streams, exec, 0, long), { received: long.length });
    const refused = time.passDuring(write(streams, exec, long.length, "more"));
    assert.deepEqual(await refused, { received: long.length });
    const { exec: without } = begin(streams, { stdin: false });
    await assertMccError(write(streams, without, 0, "x"), "invalid", /start the command with standard input/);
    await streams.close();
  });

  it("report a time limit as a result, and other failures as errors", async () => {
    const streams = new CommandStreams();
    const late = begin(streams);
    const output = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false };
    late.fail(new CommandTimeout("too long", output));
    const ended = await read(streams, late.exec, 0);
    assert.deepEqual([ended.exitCode, ended.timedOut], [137, true]);
    const broken = begin(streams);
    broken.fail(new MccError("engine", "no such program"));
    await assertMccError(read(streams, broken.exec, 0), "engine", /no such program/);
    await streams.close();
  });

  it("end with their client or on request", async () => {
    const streams = new CommandStreams();
    const left = begin(streams);
    const kept = begin(streams);
    await time.passDuring(read(streams, kept.exec, 0));
    await time.passDuring(read(streams, kept.exec, 1));
    assert.ok(!kept.request.signal.aborted);
    await time.passDuring(read(streams, kept.exec, 2));
    assert.ok(left.request.signal.aborted);
    await assertMccError(read(streams, left.exec, 0), "not-found", /no client asked for its output for 10 s/);
    assert.deepEqual(streams.end(localAdmin, { exec: kept.exec }), { ended: true });
    assert.ok(kept.request.signal.aborted);
    assert.deepEqual(streams.end(localAdmin, { exec: kept.exec }), { ended: false });
  });

  it("have ended when the daemon stops, also those whose client has disconnected", async () => {
    const streams = new CommandStreams();
    const killed: string[] = [];
    let kill = (): void => undefined;
    const [left, kept] = ["left", "kept"].map((name) =>
      streams.start(localAdmin, start, async (request) => {
        await new Promise<void>((resolve) => {
          request.signal.addEventListener("abort", () => setImmediate(resolve));
        });
        if (name === "left") {
          await new Promise<void>((resolve) => {
            kill = resolve;
          });
        }
        killed.push(name);
        throw request.signal.reason;
      }),
    );
    assert.ok(left !== undefined && kept !== undefined);
    streams.end(localAdmin, left);
    const closed = streams.close().then(() => killed.push("closed"));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    kill();
    await closed;
    assert.deepEqual(killed, ["kept", "left", "closed"]);
  });

  it("are limited in number", async () => {
    const streams = new CommandStreams();
    const all = Array.from({ length: 256 }, () => begin(streams));
    await assertMccError(
      Promise.resolve().then(() => begin(streams)),
      "exhausted",
      /256 commands/,
    );
    await streams.close();
    assert.ok(all.every(({ request }) => request.signal.aborted));
  });
});
