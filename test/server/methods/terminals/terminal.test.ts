import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { MccError } from "../../../../protocol/error";
import type { ParsedParameters } from "../../../../protocol/methods/method-table";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { CommandStreams } from "../../../../server/cloud/instances/commands/command-streams";
import type { StreamedRequest } from "../../../../server/cloud/instances/commands/commands";
import { CommandTimeout } from "../../../../server/driver/command-timeout";
import type { Caller, Dispatch } from "../../../../server/methods/calls/callable";
import type { Terminal } from "../../../../server/methods/terminals/terminal";
import { terminals } from "../../../../server/methods/terminals/terminals";
import { assertMccError } from "../../../support/assert-error";
import { eventually } from "../../../support/time/eventually";
import { handTime } from "../../../support/time/hand-time";

const never = new AbortController().signal;

/** An instance with a shell that the test controls. */
class TestShell {
  readonly streams = new CommandStreams();
  /** The commands that ran in addition. */
  readonly ran: (readonly string[])[] = [];
  request: StreamedRequest | undefined;

  readonly dispatch: Dispatch = async (caller, method, [parameters], signal = never) => {
    switch (method) {
      case "instance.execStart":
        return this.streams.start(caller, parameters as ParsedParameters<typeof method>, (request) =>
          this.#run(request),
        );
      case "instance.execRead":
        return await this.streams.read(caller, parameters as ParsedParameters<typeof method>, signal);
      case "instance.execWrite":
        return await this.streams.write(caller, parameters as ParsedParameters<typeof method>, signal);
      case "instance.execEnd":
        return this.streams.end(caller, parameters as ParsedParameters<typeof method>);
      case "instance.exec":
        this.ran.push((parameters as ParsedParameters<typeof method>).command);
        return {};
      default:
        throw new MccError("not-found", method);
    }
  };

  show(text: string): void {
    this.request?.output.stdout.write(text);
  }

  /** Ends like the command of a real driver. */
  #run(request: StreamedRequest): Promise<number> {
    this.request = request;
    return new Promise((_resolve, reject) => {
      const none = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false };
      setTimeout(() => reject(new CommandTimeout("too long", none)), request.timeoutMs);
      request.signal.addEventListener("abort", () => reject(request.signal.reason as Error));
    });
  }
}

describe("a terminal", () => {
  const time = handTime();
  let shell: TestShell;

  beforeEach(() => {
    shell = new TestShell();
  });
  afterEach(() => shell.streams.close());

  const request = { instance: 500, uid: "a", columns: 80, rows: 24 };
  /** @param texts gets what is shown. */
  const open = (caller: Caller = localAdmin, texts: string[] = []): Promise<Terminal> =>
    terminals(shell.dispatch)(caller, request, (bytes) => {
      texts.push(bytes.toString());
      return Promise.resolve();
    });

  it("ends after an hour, and not before", async () => {
    const terminal = await open();
    let reason = "";
    void terminal.ended.then((why) => {
      reason = why;
    });
    await time.pass(3_599_000);
    assert.equal(reason, "");
    await time.pass(1000);
    await eventually(() => reason !== "", "it has ended");
    assert.match(reason, /open for an hour, which is the limit/);
  });

  it("says that its shell waits for its turn", async () => {
    const texts: string[] = [];
    const terminal = await open(localAdmin, texts);
    await time.pass(4000);
    await eventually(() => texts.length > 0, "something is shown");
    shell.show("# ");
    await eventually(() => texts.length > 1, "the shell is shown");
    terminal.close();
    await terminal.ended;
    assert.match(texts[0] ?? "", /has not started yet/);
    assert.deepEqual(texts.slice(1), ["# "]);
  });

  it("is refused while four of its instance are open", async () => {
    const openTerminal = terminals(shell.dispatch);
    const show = (): Promise<void> => Promise.resolve();
    const others = await Promise.all([1, 2, 3, 4].map(() => openTerminal(localAdmin, request, show)));
    await assertMccError(
      openTerminal(localAdmin, request, show),
      "exhausted",
      /4 terminals of the instance are open/,
    );
    const elsewhere = await openTerminal(localAdmin, { ...request, uid: "b" }, show);
    others[0]?.close();
    await others[0]?.ended;
    others.push(elsewhere, await openTerminal(localAdmin, request, show));
    others.forEach((terminal) => terminal.close());
    await Promise.all(others.map(({ ended }) => ended));
  });

  it("shows at once what a shell writes to standard error", async () => {
    const texts: string[] = [];
    const terminal = await open(localAdmin, texts);
    shell.request?.output.stderr.write("no terminal");
    await eventually(() => texts.length > 0, "it is shown");
    terminal.close();
    await terminal.ended;
    assert.deepEqual(texts, ["no terminal"]);
  });

  it("waits for a browser that reads nothing for a minute", async () => {
    let goOn = (): void => undefined;
    const texts: string[] = [];
    const show = (bytes: Buffer): Promise<void> => {
      texts.push(bytes.toString());
      return new Promise((resolve) => {
        goOn = resolve;
      });
    };
    const terminal = await terminals(shell.dispatch)(localAdmin, request, show);
    shell.show("first");
    await eventually(() => texts.length === 1, "output is shown");
    for (let seconds = 0; seconds < 60; seconds += 1) {
      await time.pass(1000);
    }
    shell.show("second");
    goOn();
    await eventually(() => texts.length === 2, "the rest is shown");
    assert.deepEqual(texts, ["first", "second"]);
    goOn();
    terminal.close();
    await terminal.ended;
  });

  it("passes on what is typed, and ends when the program reads none of much", async () => {
    const terminal = await open();
    terminal.type(Buffer.from("echo a"));
    terminal.type(Buffer.from("b\r"));
    const { stdin } = shell.request ?? {};
    assert.ok(stdin instanceof Readable);
    await eventually(() => stdin.readableLength === 8, "all of it has arrived");
    assert.equal(String(stdin.read()), "echo ab\r");
    const typeMuch = (): void => {
      for (let count = 0; count < 5; count += 1) {
        terminal.type(Buffer.alloc(1024 * 1024));
      }
    };
    assert.throws(typeMuch, /does not read its input/);
    terminal.close();
    await terminal.ended;
  });

  it("ends with the session of its browser", async () => {
    const session = new AbortController();
    const terminal = await open({ ...localAdmin, revoked: session.signal });
    session.abort(new MccError("unauthenticated", "It was logged out."));
    assert.match(await terminal.ended, /logged out/);
    await eventually(() => shell.request?.signal.aborted === true, "the shell is killed");
  });

  it("gets the last of several sizes, also if they came before the shell began", async () => {
    const terminal = await open();
    terminal.resize({ columns: 100, rows: 30 });
    terminal.resize({ columns: 40, rows: 20 });
    shell.show("\u001b]9;minicloud-terminal=/dev/pts/3\u0007# ");
    await eventually(() => shell.ran.length > 0, "the size is set");
    terminal.resize({ columns: 41, rows: 20 });
    await eventually(() => shell.ran.length > 1, "the next size is set");
    shell.show("more");
    terminal.close();
    await terminal.ended;
    const setSize = (columns: number): string[] => `stty -F /dev/pts/3 cols ${columns} rows 20`.split(" ");
    assert.deepEqual(shell.ran, [setSize(40), setSize(41)]);
  });
});
