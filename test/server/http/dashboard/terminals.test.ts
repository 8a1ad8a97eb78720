import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import sinon from "sinon";
import type { WebSocket } from "ws";
import type { OpenTerminal } from "../../../../server/methods/terminals/terminal";
import { logInWith, openTerminalSocket } from "../../../support/http/dashboard-session";
import {
  assertServes,
  type TestListener,
  testListeners,
  testToken,
} from "../../../support/http/test-listener";
import { eventually } from "../../../support/time/eventually";

const beatMs = 20_000;
const pieceBytes = 128 * 1024;
/** What the operating system may take for a browser that reads nothing, and more than the daemon holds. */
const mostBytes = 32 * 1024 * 1024;

describe("the connection of a terminal", () => {
  const listen = testListeners();
  afterEach(() => sinon.restore());

  const open = async ({ url }: TestListener): Promise<WebSocket> => {
    const socket = openTerminalSocket(url, await logInWith(url, testToken), { instance: 500, uid: "a" });
    await once(socket, "open");
    return socket;
  };
  const endOf = async (socket: WebSocket): Promise<string> => {
    let last = "";
    socket.on("message", (data, isBinary) => {
      last = isBinary ? last : (data as Buffer).toString();
    });
    await once(socket, "close");
    return last;
  };

  it("holds little for a browser that reads nothing, and ends when it shows no sign of life", async () => {
    const timers = sinon.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    let shownBytes = 0;
    let isClosed = false;
    const openTerminal: OpenTerminal = (_caller, _request, show) => {
      const flood = async (): Promise<string> => {
        while (!isClosed && shownBytes < 2 * mostBytes) {
          shownBytes += pieceBytes;
          await show(Buffer.alloc(pieceBytes, "x"));
        }
        return "The flood is over.";
      };
      const close = (): void => {
        isClosed = true;
      };
      return Promise.resolve({ type: () => undefined, resize: () => undefined, close, ended: flood() });
    };
    const listener = await listen({ dashboard: "/nonexistent", openTerminal });
    const socket = await open(listener);
    socket.pause();
    let before = -1;
    await eventually(async () => {
      const isStill = before === shownBytes;
      before = shownBytes;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return isStill;
    }, "the shell waits");
    assert.ok(shownBytes < mostBytes, `the daemon took ${shownBytes} bytes`);
    assert.equal(isClosed, false);
    timers.tick(2 * beatMs);
    await eventually(() => isClosed, "the shell ends");
    socket.terminate();
    await assertServes(listener);
  });

  it("ends when the page sends more than it keeps until the shell is started", async () => {
    const listener = await listen({
      dashboard: "/nonexistent",
      openTerminal: () => new Promise(() => undefined),
    });
    const socket = await open(listener);
    const ended = endOf(socket);
    for (let count = 0; count < 101; count += 1) {
      socket.send(Buffer.from("x"));
    }
    assert.match(await ended, /sent too much/);
  });

  it("is closed after a refusal, also if the client keeps its side open", async () => {
    const { port } = await listen({ dashboard: "/nonexistent", openTerminal: () => assert.fail() });
    const timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    socket.write(
      "GET /terminal HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n",
    );
    socket.resume();
    await once(socket, "end");
    await timers.tickAsync(2000);
    // The daemon has no such connection any more, so what the client sends is refused.
    const broken = once(socket, "error");
    const writes = setInterval(() => socket.write("x"), 10);
    const [error] = (await broken) as [NodeJS.ErrnoException];
    clearInterval(writes);
    assert.match(error.code ?? "", /^(EPIPE|ECONNRESET)$/);
  });
});
