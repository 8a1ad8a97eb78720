import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import { validate } from "../../protocol/validate";
import { answerable } from "../methods/calls/answerable";
import type { Caller } from "../methods/calls/callable";
import { type OpenTerminal, terminalRequestSchema } from "../methods/terminals/terminal";
import { refuseRepeated } from "./admission";
import type { Dashboard } from "./dashboard/dashboard";
import { TerminalSocket } from "./dashboard/terminal-socket";
import { queryOf } from "./endpoints";
import { sendLast } from "./last-answer";

/** The protocol that the page asks for. After it, the page sends what proves that it is the page. */
const protocolName = "minicloud-terminal";
const mostMessageBytes = 256 * 1024;
const path = "/terminal";

interface UpgradeOptions {
  readonly dashboard: Dashboard;
  readonly openTerminal: OpenTerminal;
  readonly log: Logger;
  /** Tells the connections that a request was accepted. */
  readonly letIn: (request: IncomingMessage) => void;
}

/** Answers requests for another protocol: those of the dashboard's page for a terminal by WebSocket. */
export class Upgrades {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: mostMessageBytes,
    perMessageDeflate: false,
    handleProtocols: () => protocolName,
  });
  readonly #open = new Set<TerminalSocket>();

  constructor(private readonly options: UpgradeOptions) {}

  /** Takes the place of the server's own treatment of upgrades, which would be to ignore them. */
  serve(server: Server, connectionEvent: string): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on("error", () => socket.destroy());
      if (/^websocket$/i.test(request.headers.upgrade ?? "") && request.url?.split("?")[0] === path) {
        this.#upgrade(request, socket, head);
      } else {
        ignoreUpgrade(request, socket, head);
        server.emit(connectionEvent, socket);
      }
    });
  }

  /** Ends all terminals. */
  close(): void {
    this.#open.forEach((socket) => socket.end("The daemon was stopped."));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { dashboard, log } = this.options;
    const [protocol, csrf, ...more] = (request.headers["sec-websocket-protocol"] ?? "").split(/, */);
    const from = request.socket.remoteAddress;
    if (refuseRepeated(request) !== undefined || protocol !== protocolName || more.length > 0) {
      refuse(socket, 400, "This is no request of the dashboard for a terminal.");
      return;
    }
    const caller = dashboard.admitUpgrade(request, csrf);
    if ("error" in caller) {
      log.debug({ status: caller.status, from }, "refused a terminal");
      refuse(socket, caller.status, caller.error.message);
      return;
    }
    this.options.letIn(request);
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      void this.#begin(request, caller, webSocket);
    });
  }

  async #begin(request: IncomingMessage, caller: Caller, webSocket: WebSocket): Promise<void> {
    const { openTerminal, log } = this.options;
    const terminal = new TerminalSocket(webSocket, log);
    this.#open.add(terminal);
    webSocket.once("close", () => this.#open.delete(terminal));
    try {
      const asked = validate(terminalRequestSchema, Object.fromEntries(queryOf(request)), "GET /terminal");
      terminal.connect(await openTerminal(caller, asked, (bytes) => terminal.show(bytes)));
    } catch (error) {
      terminal.end(answerable(error, log).message);
    }
  }
}

/** Gives the request back to the server without the upgrade, which other clients offer: HTTP/2, for example. */
function ignoreUpgrade({ method, url, rawHeaders }: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 1 || /^(upgrade|http2-settings|connection)$/i.test(name)
      ? []
      : [`${name}: ${rawHeaders[index + 1] ?? ""}`],
  );
  const again = [`${method ?? ""} ${url ?? ""} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  socket.unshift(Buffer.concat([Buffer.from(again, "latin1"), head]));
}

const statusTexts: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
};

function refuse(socket: Duplex, status: number, line: string): void {
  const body = `${line}\n`;
  sendLast(
    socket,
    [
      `HTTP/1.1 ${status} ${statusTexts[status] ?? "Refused"}`,
      "connection: close",
      "content-type: text/plain; charset=utf-8",
      `content-length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}
