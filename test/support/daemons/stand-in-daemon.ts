import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { MccError } from "../../../protocol/error";
import type { MethodName } from "../../../protocol/methods/method-table";
import { protocolVersion, type ServerInfo } from "../../../protocol/methods/server";
import { decodeCall, encodeFault, encodeResponse } from "../../../protocol/wire/codec";
import { encodeError, encodeResult } from "../../../protocol/wire/json/answers";
import { decodeRequests } from "../../../protocol/wire/json/requests";

export const standInServerId = "5".repeat(32);

/** The answer of a real daemon to `server.info`. */
export const standInInfo: ServerInfo = {
  serverId: standInServerId,
  version: "0.0.0",
  protocolVersion,
  driver: "simulated",
  simulated: true,
  addressPool: { first: "198.18.0.2", last: "198.18.0.9", size: 8, free: 8 },
  instances: 0,
  features: [],
  damaged: [],
  damagedTotal: 0,
  startedAt: "2026-01-01T00:00:00.000Z",
  now: new Date().toISOString(),
};

type Handler = (parameters: Record<string, unknown>, call: ReceivedCall) => unknown;
export type Handlers = Partial<Record<MethodName, Handler>>;

export interface ReceivedCall {
  readonly method: string;
  readonly parameters: Record<string, unknown>;
  readonly authorization: string | undefined;
  /** Closes the connection without an answer. */
  readonly hangUp: () => void;
}

/** A server that replaces a daemon by functions, for answers that a test cannot get from a real daemon. */
export class StandInDaemon {
  readonly calls: ReceivedCall[] = [];
  #server: Server | undefined;
  #port = 0;

  /** @param raw answers without the codec, like a server that is not a daemon. */
  constructor(
    public handlers: Handlers,
    private readonly raw?: (response: ServerResponse) => void,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Stops at once and closes all connections. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** Returns the names of the called methods, without `server.info`. */
  methods(): string[] {
    return this.calls.map(({ method }) => method).filter((method) => method !== "server.info");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.raw !== undefined) {
      this.raw(response);
      return;
    }
    const { method, parameters, encode, refuse } = await wireCall(request);
    const call: ReceivedCall = {
      method,
      parameters: (parameters[0] ?? {}) as Record<string, unknown>,
      authorization: request.headers.authorization,
      hangUp: () => {
        request.socket.destroy();
      },
    };
    this.calls.push(call);
    const handlers: Record<string, Handler | undefined> = {
      "server.info": () => standInInfo,
      ...this.handlers,
    };
    try {
      const handler = handlers[method];
      if (handler === undefined) {
        throw new MccError("not-found", `There is no method ${method}.`);
      }
      const answer = await handler(call.parameters, call);
      if (!response.destroyed) {
        response.end(await encode(answer));
      }
    } catch (error) {
      if (!MccError.isInstance(error)) {
        throw error;
      }
      response.end(refuse(error));
    }
  }
}

/** A call in one of the daemon's protocols, and how its answer is written. */
interface WireCall {
  readonly method: string;
  readonly parameters: readonly unknown[];
  readonly encode: (result: unknown) => Promise<string>;
  readonly refuse: (error: MccError) => string;
}

async function wireCall(request: IncomingMessage): Promise<WireCall> {
  const body = await text(request);
  if (request.url !== "/rpc") {
    return {
      ...(await decodeCall(body)),
      encode: (result) => Promise.resolve(encodeResponse(result)),
      refuse: ({ fault, message }) => encodeFault(fault, message),
    };
  }
  const [call] = (await decodeRequests(body)).requests;
  if (call === undefined || "error" in call) {
    throw new Error("the client sends a valid request");
  }
  const { id = null, method, parameters } = call;
  return {
    method,
    parameters,
    encode: (result) => encodeResult(id, result),
    refuse: (error) => encodeError(id, error),
  };
}

/** Creates stand-ins that end with the calling suite. */
export function standInDaemons(): (
  handlers?: Handlers,
  raw?: (response: ServerResponse) => void,
) => Promise<StandInDaemon> {
  const daemons: StandInDaemon[] = [];
  after(() => Promise.all(daemons.map((daemon) => daemon.stop())));
  return async (handlers = {}, raw) => {
    const daemon = new StandInDaemon(handlers, raw);
    await daemon.start();
    daemons.push(daemon);
    return daemon;
  };
}

/** Returns a free port of 127.0.0.1. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
