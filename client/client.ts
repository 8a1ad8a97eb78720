import type { IncomingMessage } from "node:http";
import * as z from "zod";
import { MccError } from "../protocol/error";
import { methodTable } from "../protocol/methods/method-table";
import { protocolVersion } from "../protocol/methods/server";
import { traced } from "../protocol/tracing/spans";
import type { MethodName, MethodParameters, MethodResult } from "../protocol/types/methods";
import type { Feature, ServerInfo } from "../protocol/types/server";
import { largestAnswerBytes, readAnswer } from "./answer-body";
import { answerTimeoutMs, isRepeatable } from "./call-limits";
import { ConnectionError } from "./connection-error";
import { Contact } from "./contact";
import { type CredentialSettings, CredentialSource, type Credentials } from "./credentials";
import { localDaemons } from "./discovery/local-daemons";
import { defaultServer, isDefaultHost, parseServerAddress } from "./discovery/server-address";
import { systemTime, type Time } from "./time";
import { type Answer, type OpenLimits, Transport } from "./transport";
import { isNotEmpty, json, type WireProtocol, type WireProtocols, wireProtocols } from "./wire-protocol";

/** Selects the daemon, and how a client reaches it. */
export interface ConnectOptions {
  /**
   * The address of the daemon: `host:port`, `host` (then port 8080), or an http or https URL. Default: the variable
   * `MCC_SERVER`, otherwise `127.0.0.1:8080`.
   */
  readonly server?: string | undefined;
  /**
   * The token. Default: the variable `MCC_TOKEN`, otherwise the token of this machine's daemon if the client connects
   * to that one.
   */
  readonly token?: string | undefined;
  /**
   * The certificates of the authorities to trust for an https URL, instead of those of the system: the path of a file in
   * PEM, or its content. Default: the variable `MCC_CA`, otherwise the authority of this machine's daemon if the client
   * connects to that one and it has one of its own, otherwise those of the system.
   */
  readonly ca?: string | undefined;
  /**
   * A client certificate for an https URL, which a daemon can accept instead of a token: the path of a file in PEM, or its
   * content. Default: the variable `MCC_CERTIFICATE`, otherwise none.
   */
  readonly certificate?: string | undefined;
  /**
   * The private key of the client certificate: the path of a file in PEM, or its content. Default: the variable
   * `MCC_CERTIFICATE_KEY`, otherwise none.
   */
  readonly certificateKey?: string | undefined;
  /**
   * The environment variables that contain the defaults, and that name the folders where the daemons of this machine
   * store their files. Default: those of this process.
   */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Aborts all calls, including those in progress, which then throw its reason. Default: no call is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The surroundings of a client.
 *
 * @internal
 */
export interface Surroundings {
  /** Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The clock. Default: the system's. */
  readonly time?: Time;
  /** Aborting it ends all calls. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls the methods of one daemon. {@link connect} creates it.
 *
 * Several calls can run at the same time. A program can exit without closing it.
 */
export class Client {
  /**
   * Shared by all calls, so that a call without an answer knows whether the daemon answered other calls.
   *
   * @internal
   */
  readonly contact: Contact;
  /** @internal */
  readonly time: Time;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #transport: Transport;
  readonly #credentials: CredentialSource;
  #info: Promise<ServerInfo> | undefined;
  #clockAheadMs = 0;
  /** Those that the daemon may have, in the order in which they are tried. */
  #protocols: WireProtocols;

  /** @internal */
  constructor(
    server: URL,
    settings: CredentialSettings = {},
    { environment = process.env, time = systemTime, signal }: Surroundings = {},
  ) {
    this.time = time;
    this.#environment = environment;
    this.contact = new Contact(time);
    this.#transport = new Transport(server, signal);
    this.#credentials = new CredentialSource(server, settings, environment);
    this.#protocols = wireProtocols(environment.MCC_PROTOCOL || "auto");
  }

  /** The URL of the daemon, such as `http://127.0.0.1:8080`. */
  get server(): string {
    return this.#transport.server.origin;
  }

  /**
   * Calls a method of the daemon and returns its answer.
   *
   * Each method has a time limit of its own, plus the time that the parameters tell the daemon to wait. If a
   * connection was closed since the last call, the client repeats the methods for which that is safe.
   *
   * @param method the name of the method.
   * @param parameters the parameters of the method.
   * @throws MccError with the code and message of the daemon; `internal` if the answer has an unknown form.
   * @throws ConnectionError `unavailable` if the daemon cannot be reached, is no MiniCloud daemon or speaks another version
   * of the protocol; `timeout`.
   */
  async call<M extends MethodName>(method: M, parameters: MethodParameters<M>): Promise<MethodResult<M>> {
    await this.info();
    return this.#parse(method, await this.#send(method, parameters));
  }

  /**
   * Returns the description of the daemon. The client requests it once, so values that change, such as free addresses, are
   * those of that time.
   *
   * @throws MccError as {@link Client.call} does.
   */
  async info(): Promise<ServerInfo> {
    this.#info ??= this.#askInfo();
    try {
      return await this.#info;
    } catch (error) {
      this.#info = undefined;
      throw error;
    }
  }

  /**
   * Returns whether the daemon has a feature.
   *
   * @param feature the name of the feature.
   * @throws MccError as {@link Client.call} does.
   */
  async can(feature: Feature): Promise<boolean> {
    return (await this.info()).features.includes(feature);
  }

  /**
   * Returns the time of the daemon's clock, which can differ from the clock of this machine, in milliseconds since 1970.
   *
   * @throws MccError as {@link Client.call} does.
   */
  async now(): Promise<number> {
    await this.info();
    return this.time.now() + this.#clockAheadMs;
  }

  /**
   * Opens an answer of the daemon that has no end of its own.
   *
   * @internal
   * @throws MccError as {@link Client.call} does; the reason of the signal.
   */
  async open(path: string, limits: OpenLimits): Promise<IncomingMessage> {
    try {
      const response = await this.#transport.open(path, await this.#credentials.find(), limits);
      if (response.statusCode !== 200) {
        await this.#decode(json, {
          status: response.statusCode ?? 0,
          body: (await readAnswer(response, largestAnswerBytes)) ?? "",
        });
      }
      this.contact.answered();
      return response;
    } catch (error) {
      this.#note(error);
      throw error;
    }
  }

  /** Closes the idle connections. A later call opens a new one. */
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
    return await traced(method, { kind: "client" }, () => this.#sendKnown(method, parameters));
  }

  /** Sends with the token of the daemon, also if it has changed since the last call. */
  async #sendKnown(method: MethodName, parameters: object): Promise<unknown> {
    const first = await this.#credentials.find();
    try {
      return await this.#sendWith(first, method, parameters);
    } catch (error) {
      if (!MccError.hasCode(error, "unauthenticated")) {
        throw error;
      }
      // A daemon that has just started writes the path of its token before it answers.
      const again = await this.#credentials.find();
      if (again.token !== undefined && again.token !== first.token) {
        return await this.#sendWith(again, method, parameters);
      }
      throw again.problem === undefined
        ? error
        : new MccError("unauthenticated", `${error.message} ${again.problem}`, { cause: error });
    }
  }

  /** Sends in the first protocol that the daemon has. */
  async #sendWith(credentials: Credentials, method: MethodName, parameters: object): Promise<unknown> {
    const [protocol, ...others] = this.#protocols;
    const { path, contentType } = protocol;
    const message = { path, contentType, body: protocol.encode(method, parameters) };
    try {
      const answer = await this.#transport.post(
        message,
        credentials,
        answerTimeoutMs(method, parameters),
        isRepeatable(method, parameters),
      );
      if (answer.status !== protocol.absentStatus || !isNotEmpty(others)) {
        const result = await this.#decode(protocol, answer);
        // A later refusal is of a proxy, which may have passed the call on: it is not made again.
        this.#protocols = [protocol];
        return result;
      }
      // For all later calls too, as long as this client exists.
      this.#protocols = others;
    } catch (error) {
      this.#note(error);
      throw await this.#withOthers(error);
    }
    return await this.#sendWith(credentials, method, parameters);
  }

  /** Adds the local daemons to the error that no daemon answers. */
  async #withOthers(error: unknown): Promise<unknown> {
    const { server } = this.#transport;
    if (
      !ConnectionError.isInstance(error) ||
      error.code !== "unavailable" ||
      error.reached ||
      !isDefaultHost(server)
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

  async #decode(protocol: WireProtocol, { status, body }: Answer): Promise<unknown> {
    const decoded = await protocol.decode(body);
    if (decoded === undefined) {
      throw new ConnectionError(
        "unavailable",
        `The server at ${this.server} is not a MiniCloud daemon (HTTP ${status}, no call was answered). Set MCC_SERVER or minicloud:server to the address of a daemon.`,
        false,
      );
    }
    return decoded.result;
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
 * Creates a client. The first call opens the connection.
 *
 * @param options the daemon, and how to reach it.
 * @throws MccError `invalid` if the address or the token is malformed. The first call throws it for a file that cannot be
 * used.
 */
export function connect({
  environment = process.env,
  server = environment.MCC_SERVER || defaultServer,
  token = environment.MCC_TOKEN || undefined,
  ca = environment.MCC_CA || undefined,
  certificate = environment.MCC_CERTIFICATE || undefined,
  certificateKey = environment.MCC_CERTIFICATE_KEY || undefined,
  signal,
}: ConnectOptions = {}): Client {
  const settings = { token, ca, certificate, certificateKey };
  return new Client(parseServerAddress(server), settings, { environment, signal });
}
