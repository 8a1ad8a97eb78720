import { z } from "zod";
import { MccError } from "../protocol/error";
import {
  type MethodName,
  type MethodParameters,
  type MethodResult,
  methodTable,
} from "../protocol/methods/method-table";
import { type Feature, protocolVersion, type ServerInfo } from "../protocol/methods/server";
import { decodeResponse, encodeCall } from "../protocol/wire/codec";
import { answerTimeoutMs, isRepeatable } from "./call-limits";
import { ConnectionError } from "./connection-error";
import { Contact } from "./contact";
import { localDaemons } from "./discovery/local-daemons";
import { findLocalToken, type LocalToken } from "./discovery/local-token";
import { defaultServer, isLoopback, parseServerAddress } from "./discovery/server-address";
import { parseToken } from "./discovery/token";
import { systemTime, type Time } from "./time";
import { type Answer, Transport } from "./transport";

export interface ConnectOptions {
  /** `host:port`, `host` or an http or https URL. Default: MCC_SERVER, else `127.0.0.1:8080`. */
  readonly server?: string | undefined;
  /** Default: MCC_TOKEN, else the token of this host's own daemon, where the server is that. */
  readonly token?: string | undefined;
  /** The variables that name the defaults, and the folders where daemons of this host leave their files. Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Aborting it ends all calls, those under way too, which then throw its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The surroundings of a client. */
export interface Surroundings {
  /** Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The clock. Default: the system's. */
  readonly time?: Time;
  /** Aborting it ends all calls. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** A connection to one daemon. It holds nothing that has to be closed before the program may end. */
export class Client {
  /** Shared by all calls, so that a call without an answer knows whether the daemon answered other calls. */
  readonly contact: Contact;
  readonly time: Time;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #transport: Transport;
  readonly #givenToken: string | undefined;
  #info: Promise<ServerInfo> | undefined;
  #clockAheadMs = 0;
  #looking: Promise<LocalToken> | undefined;

  constructor(
    server: URL,
    token: string | undefined,
    { environment = process.env, time = systemTime, signal }: Surroundings = {},
  ) {
    this.time = time;
    this.#environment = environment;
    this.contact = new Contact(time);
    this.#transport = new Transport(server, signal);
    this.#givenToken = token;
  }

  /** Where the daemon is: `http://127.0.0.1:8080`. */
  get server(): string {
    return this.#transport.server.origin;
  }

  /**
   * Calls a method of the daemon and waits for its answer, within a bound of the method's own.
   *
   * @throws MccError what the daemon answered; `unavailable` when it cannot be reached, is no MiniCloud daemon
   * or speaks another version of the protocol; `timeout`.
   */
  async call<M extends MethodName>(method: M, parameters: MethodParameters<M>): Promise<MethodResult<M>> {
    await this.info();
    return this.#parse(method, await this.#send(method, parameters));
  }

  /** Which daemon this is, asked once. @throws as `call` does. */
  async info(): Promise<ServerInfo> {
    this.#info ??= this.#askInfo();
    try {
      return await this.#info;
    } catch (error) {
      this.#info = undefined;
      throw error;
    }
  }

  /** Whether the daemon is of a release that can this. @throws as `call` does. */
  async can(feature: Feature): Promise<boolean> {
    return (await this.info()).features.includes(feature);
  }

  /** The time by the daemon's clock, in milliseconds since 1970; this host's may be another. @throws as `call` does. */
  async now(): Promise<number> {
    await this.info();
    return this.time.now() + this.#clockAheadMs;
  }

  /** Ends the connections that are kept for the next call. */
  close(): void {
    this.#transport.close();
  }

  async #askInfo(): Promise<ServerInfo> {
    const info = await this.#send("server.info", {});
    const spoken: unknown =
      typeof info === "object" && info !== null ? Reflect.get(info, "protocolVersion") : undefined;
    if (spoken !== protocolVersion) {
      throw new ConnectionError(
        "unavailable",
        `The daemon at ${this.server} has protocol version ${String(spoken)}, but this client has version ${protocolVersion}; install the same release of minicloud on both sides.`,
        false,
      );
    }
    const parsed = this.#parse("server.info", info);
    this.#clockAheadMs = Date.parse(parsed.now) - this.time.now();
    return parsed;
  }

  async #send(method: MethodName, parameters: object): Promise<unknown> {
    const { token } = await this.#token();
    try {
      return await this.#sendWith(token, method, parameters);
    } catch (error) {
      if (!MccError.hasCode(error, "unauthenticated")) {
        throw error;
      }
      // A daemon that has just started writes the path of its token before it answers.
      const again = await this.#token();
      if (again.token !== undefined && again.token !== token) {
        return await this.#sendWith(again.token, method, parameters);
      }
      throw again.problem === undefined
        ? error
        : new MccError("unauthenticated", `${error.message} ${again.problem}`, { cause: error });
    }
  }

  async #sendWith(token: string | undefined, method: MethodName, parameters: object): Promise<unknown> {
    const body = encodeCall(method, [parameters]);
    try {
      const answer = await this.#transport.post(
        body,
        token === undefined ? {} : { authorization: `Bearer ${token}` },
        answerTimeoutMs(method, parameters),
        isRepeatable(method, parameters),
      );
      return await this.#decode(answer);
    } catch (error) {
      this.#note(error);
      throw await this.#withOthers(error);
    }
  }

  /** Adds the local daemons to the error that no daemon answers. */
  async #withOthers(error: unknown): Promise<unknown> {
    const { server } = this.#transport;
    if (
      !ConnectionError.isInstance(error) ||
      error.code !== "unavailable" ||
      error.reached ||
      !isLoopback(server)
    ) {
      return error;
    }
    const others = (await localDaemons(this.#environment)).filter((url) => url !== server.origin);
    return others.length === 0
      ? error
      : new ConnectionError(
          error.code,
          `${error.message} A daemon of this machine listens at ${others.join(" and at ")}.`,
          error.reached,
          { cause: error },
        );
  }

  #note(error: unknown): void {
    if (!ConnectionError.isInstance(error)) {
      this.contact.answered();
    } else if (error.code === "unavailable") {
      this.contact.lost();
    }
  }

  async #decode({ status, body }: Answer): Promise<unknown> {
    if (!/<methodResponse[\s>]/.test(body)) {
      throw new ConnectionError(
        "unavailable",
        `The server at ${this.server} is not a MiniCloud daemon (HTTP ${status}, no XML-RPC). Set MCC_SERVER or minicloud:server to the address of a daemon.`,
        false,
      );
    }
    return await decodeResponse(body);
  }

  /**
   * Searches the token again for each call, because another process can listen at the daemon's port by now. Calls that
   * start during a search share its result.
   */
  async #token(): Promise<LocalToken> {
    if (this.#givenToken !== undefined) {
      return { token: this.#givenToken };
    }
    this.#looking ??= findLocalToken(this.#transport.server, this.#environment).finally(() => {
      this.#looking = undefined;
    });
    return await this.#looking;
  }

  #parse<M extends MethodName>(method: M, value: unknown): MethodResult<M> {
    this.contact.answered();
    const parsed = resultSchemaOf(method).safeParse(value);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0] ?? { path: [], message: "" };
      throw new MccError(
        "internal",
        `The daemon at ${this.server} answered ${method} with a result that this client does not support (${path.join(".")}: ${message}); install the same release of minicloud on both sides.`,
      );
    }
    return parsed.data as MethodResult<M>;
  }
}

/** Returns the schema of the result. A JavaScript caller can pass any name, which the daemon then refuses. */
function resultSchemaOf(method: MethodName): z.ZodType {
  return Object.hasOwn(methodTable, method) ? methodTable[method].result : z.unknown();
}

/**
 * Makes a client; the connection itself is made by the first call.
 *
 * @throws MccError `invalid` for an address or a token that cannot be used.
 */
export function connect({
  environment = process.env,
  server = environment.MCC_SERVER || defaultServer,
  token = environment.MCC_TOKEN || undefined,
  signal,
}: ConnectOptions = {}): Client {
  return new Client(parseServerAddress(server), token === undefined ? undefined : parseToken(token), {
    environment,
    signal,
  });
}
