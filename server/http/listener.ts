import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import { createSecureContext } from "node:tls";
import { MccError, messageOf } from "../../protocol/error";
import { answerable } from "../methods/calls/answerable";
import type { OpenTerminal } from "../methods/terminals/terminal";
import { listenFailure } from "../support/listen-failure";
import type { TlsTexts } from "../tls/certificate";
import { AnswerEnds } from "./answer-ends";
import { type AnswerOptions, Answers, type Sender } from "./answers";
import { Connections } from "./connections";
import { sendLast } from "./last-answer";
import { defaultLimits, type Limits } from "./limits";
import { OwnNames } from "./own-names";
import { send } from "./reply";
import { Streams } from "./streams";
import { UnreadAnswers } from "./unread-answers";
import { Upgrades } from "./upgrades";

export interface ListenerOptions extends Omit<AnswerOptions, "limits" | "names"> {
  readonly address: string;
  /** 0 for a free one. */
  readonly port: number;
  /** A listening socket that this process inherited, in place of a new one. */
  readonly descriptor?: number | undefined;
  /** Without it, the listener uses plain HTTP. */
  readonly tls?: TlsTexts | undefined;
  /** Names by which clients may call, in addition to this machine's own and those of the certificate. */
  readonly allowedHosts?: readonly string[];
  /** Opens the terminals of the dashboard. Default: there are none. */
  readonly openTerminal?: OpenTerminal;
  readonly limits?: Limits;
  /** Default: its own. */
  readonly streams?: Streams;
  /** Announces the bound address. No request is answered before it has ended. */
  readonly announce?: (bound: Bound) => Promise<void>;
}

/** The bound address and port: always numbers. */
export interface Bound {
  readonly address: string;
  readonly port: number;
}

export interface Listener extends Bound {
  /**
   * Replaces the certificate for new connections. Open connections are not affected.
   *
   * @throws MccError `invalid` for one that cannot be used. The previous one stays in use.
   */
  replaceTls(tls: TlsTexts): void;
  /**
   * Accepts no more connections, waits for the calls in progress and sends their answers. Then closes the connections
   * of incomplete requests and of clients that do not read.
   */
  close(): Promise<void>;
}

/** How long clients may take to read the last answers. */
const farewellMs = 2_000;

/**
 * Opens a listener.
 *
 * @throws MccError for an address on which it cannot listen, or a certificate that cannot be used; the error of
 * `announce`.
 */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { log, allowedHosts = [], limits = defaultLimits, announce = () => Promise.resolve() } = options;
  const { streams = new Streams(log) } = options;
  const names = new OwnNames(allowedHosts);
  const answers = new Answers({ ...options, names, limits });
  let beginAnswers = (): void => undefined;
  const announced = new Promise<void>((resolve) => {
    beginAnswers = resolve;
  });
  const connections = new Connections(limits.connections);
  const ends = new AnswerEnds();
  const unread = new UnreadAnswers(limits.unreadBytes, ends);
  const server = makeServer(options.tls, limits, (request, response) => {
    const sender = senderOf(response, connections, ends);
    announced
      .then(() => answers.reply(request, sender))
      .then(
        (reply) => {
          if (sender.signal.aborted) {
            return;
          }
          if ("follow" in reply) {
            streams.begin(response, reply);
            return;
          }
          unread.add(response, Buffer.byteLength(reply.body));
          const last = !server.listening || closingStatuses.has(reply.status);
          send(response, reply, { last, timeoutMs: limits.sendTimeoutMs });
        },
        (error: unknown) => {
          log.debug({ reason: answerable(error, log).message }, "a request ended before it was complete");
          response.destroy();
        },
      );
  });
  if (options.tls !== undefined) {
    // After the server, which checks the certificate.
    names.useCertificate(options.tls.cert);
  }
  server.on("connection", (socket: Socket) => connections.add(socket));
  server.on("connect", (_request, socket: Socket) => refuseTunnel(socket));
  server.on(options.tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
    socket.on("error", (error) => log.debug({ reason: error.message }, "a connection broke"));
  });
  server.on("tlsClientError", (error: Error) =>
    log.debug({ reason: error.message }, "a TLS handshake failed"),
  );
  const upgrades = upgradesOf(options, answers, (request) => void connections.letIn(request.socket));
  upgrades?.serve(server, options.tls === undefined ? "connection" : "secureConnection");
  const close = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    streams.close();
    upgrades?.close();
    answers.dashboard?.close();
    await answers.allMade();
    const cutOff = setTimeout(() => connections.closeAll(), farewellMs);
    await closed;
    clearTimeout(cutOff);
  };
  const bound = await listen(server, options, limits);
  try {
    await announce(bound);
  } catch (error) {
    await close();
    throw error;
  }
  beginAnswers();
  return {
    ...bound,
    close,
    replaceTls: (tls) => {
      replaceTls(server, tls);
      names.useCertificate(tls.cert);
    },
  };
}

function upgradesOf(
  { openTerminal, log }: ListenerOptions,
  { dashboard }: Answers,
  letIn: (request: IncomingMessage) => void,
): Upgrades | undefined {
  return dashboard === undefined || openTerminal === undefined
    ? undefined
    : new Upgrades({ dashboard, openTerminal, log, letIn });
}

/** After these statuses, the connection is closed, because further requests on it would be refused too. */
const closingStatuses: ReadonlySet<number> = new Set([401, 403]);

function senderOf(response: ServerResponse, connections: Connections, ends: AnswerEnds): Sender {
  const gone = new AbortController();
  ends.once(response, () => {
    if (!response.writableFinished) {
      gone.abort(new MccError("unavailable", "The client closed the connection before the call had ended."));
    }
  });
  return {
    letIn: () => {
      ends.once(response, connections.letIn(response.req.socket));
    },
    signal: gone.signal,
  };
}

/** Answers a CONNECT. Node would close the connection without an answer. */
function refuseTunnel(socket: Socket): void {
  sendLast(
    socket,
    "HTTP/1.1 405 Method Not Allowed\r\nallow: POST\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
  );
}

function replaceTls(server: Server, tls: TlsTexts): void {
  if (!(server instanceof TlsServer)) {
    throw new MccError(
      "invalid",
      "The daemon was started without TLS; start it with --tls-cert and --tls-key.",
    );
  }
  try {
    // Checked first, because the server changes its fields before it finds an error.
    createSecureContext(tls);
    server.setSecureContext(tls);
  } catch (error) {
    throw unusable(error);
  }
}

function unusable(error: unknown): MccError {
  return new MccError("invalid", `The TLS certificate and key cannot be used: ${messageOf(error)}.`);
}

function makeServer(tls: TlsTexts | undefined, limits: Limits, onRequest: RequestListener): Server {
  const options: ServerOptions = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    // Detects clients whose machine or network has failed.
    keepAlive: true,
    keepAliveInitialDelay: limits.probeAfterMs,
  };
  if (tls === undefined) {
    return createServer(options, onRequest);
  }
  try {
    // Clients with a token need no certificate. The daemon itself checks those that have one.
    const clientCertificates = { requestCert: true, rejectUnauthorized: false };
    return createTlsServer(
      { ...options, ...tls, ...clientCertificates, handshakeTimeout: limits.headersTimeoutMs },
      onRequest,
    );
  } catch (error) {
    throw unusable(error);
  }
}

async function listen(
  server: Server,
  { address, port, descriptor }: ListenerOptions,
  { connections }: Limits,
): Promise<Bound> {
  // All may come at once. Where the queue of the kernel is full, a client tries again after a second, and gives up at some time.
  const backlog = connections;
  server.listen(descriptor === undefined ? { port, host: address, backlog } : { fd: descriptor, backlog });
  try {
    await once(server, "listening");
  } catch (error) {
    throw listenFailure(error, address, port);
  }
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound : { address, port };
}
