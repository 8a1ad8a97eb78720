import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { Dispatcher } from "undici";
import type { WebSocket } from "ws";
import type { z } from "zod";
import { MccError, messageOf } from "../../../../protocol/error";
import { Deadline } from "../../../support/time-limits";
import { ApiError, apiError } from "./api-error";
import type { Answer, Call, Connection } from "./connection";
import { checked, parsed, refusal } from "./read-answer";
import { envelopeSchema, type Operation, operationSchema, statusCodes } from "./types";

export interface CallOptions {
  /** Added to the path. The project is added, unless it is given as undefined. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Call["body"];
  /** Default: the time limit of one engine command. */
  readonly timeoutMs?: number;
  readonly waits?: Call["waits"];
  readonly asksOne?: Call["asksOne"];
}

type Method = Call["method"];

/** One wait for an operation. Proxies end longer ones. */
const waitSeconds = 20;
/** What a wait may take longer than the engine was told. */
const waitSlackMs = 10_000;
/** A look at something must not take as long as a change. */
const lookMs = 10_000;
/** When a GET is repeated. A cluster chooses another leader of its database in some seconds. */
const repeatAfterMs = [200, 1_000, 3_000];

/**
 * The REST API of the engine, in one project. Every answer is checked. Errors are MccErrors; those that the engine itself
 * answered are ApiErrors.
 */
export class Api {
  constructor(
    private readonly connection: Connection,
    readonly project: string,
    readonly timeoutMs: number,
  ) {}

  /** Reads something. A GET that failed on the other side is repeated, because it changes nothing. */
  async get<T>(schema: z.ZodType<T>, path: string, options: CallOptions = {}): Promise<T> {
    const limited = { timeoutMs: Math.min(lookMs, this.timeoutMs), ...options };
    for (const pauseMs of repeatAfterMs) {
      try {
        return await this.#metadata(schema, "GET", path, limited);
      } catch (error) {
        if (!isPassing(error)) {
          throw error;
        }
        await pause(pauseMs);
      }
    }
    return await this.#metadata(schema, "GET", path, limited);
  }

  /** Makes a call whose answer is complete. */
  async call<T>(schema: z.ZodType<T>, method: Method, path: string, options: CallOptions = {}): Promise<T> {
    return await this.#metadata(schema, method, path, options);
  }

  /**
   * Makes a change, and waits until its operation has ended.
   *
   * @returns the operation; undefined for a change that the engine made at once.
   * @throws ApiError with the operation's error. The change can have happened in spite of it, as with every other error.
   */
  async change(method: Method, path: string, options: CallOptions = {}): Promise<Operation | undefined> {
    const deadline = new Deadline(options.timeoutMs ?? this.timeoutMs);
    const begun = await this.begin(method, path, options);
    return begun && (await this.wait(begun, `${method} ${path}`, deadline));
  }

  /** Makes a change, and does not wait for its operation. @returns undefined for a change that the engine made at once. */
  async begin(method: Method, path: string, options: CallOptions = {}): Promise<Operation | undefined> {
    const { type, metadata } = await this.#envelope(method, path, options);
    return type === "async" ? checked(operationSchema, metadata, `${method} ${path}`) : undefined;
  }

  /**
   * Waits until an operation has ended.
   *
   * @param what the change, for messages.
   * @throws ApiError with its error, `not-found` if the engine forgot it; MccError `timeout`.
   */
  async wait({ id }: Pick<Operation, "id">, what: string, deadline: Deadline): Promise<Operation> {
    for (;;) {
      const seconds = Math.max(1, Math.min(waitSeconds, Math.ceil(deadline.leftMs / 1000)));
      // By its id: in a cluster, the path of the answer ends in a query.
      const operation = await this.get(operationSchema, `/1.0/operations/${id}/wait`, {
        query: { timeout: String(seconds) },
        timeoutMs: seconds * 1000 + waitSlackMs,
        waits: true,
      });
      if (operation.status_code === statusCodes.success) {
        return operation;
      }
      if (operation.status_code > statusCodes.success) {
        throw apiError(what, operation.status_code, operation.err);
      }
      if (deadline.leftMs === 0) {
        throw new MccError(
          "timeout",
          `The engine did not finish ${what} within ${deadline.timeoutMs / 1000} s; see lxc operation show ${id}.`,
        );
      }
    }
  }

  /** Makes a call whose answer is no envelope if it succeeds. Its body must be read. @throws ApiError. */
  async raw(method: Method, path: string, options: CallOptions = {}): Promise<Answer> {
    const answer = await this.#request(method, path, options);
    if (answer.statusCode < 400) {
      return answer;
    }
    throw refusal(`${method} ${path}`, answer.statusCode, await answer.body.text());
  }

  async webSocket(
    path: string,
    query: Readonly<Record<string, string>>,
    timeoutMs = this.timeoutMs,
  ): Promise<WebSocket> {
    return await this.connection.webSocket(this.#pathWith(path, query), timeoutMs);
  }

  /** Opens a stream with another protocol than HTTP. @throws MccError. */
  async upgrade(path: string, protocol: string): Promise<Duplex> {
    return await this.connection.upgrade(this.#pathWith(path, {}), protocol, this.timeoutMs);
  }

  async #metadata<T>(schema: z.ZodType<T>, method: Method, path: string, options: CallOptions): Promise<T> {
    const { metadata } = await this.#envelope(method, path, options);
    return checked(schema, metadata, `${method} ${path}`);
  }

  async #envelope(
    method: Method,
    path: string,
    options: CallOptions,
  ): Promise<z.infer<typeof envelopeSchema>> {
    const what = `${method} ${path}`;
    const answer = await this.#request(method, path, options);
    const text = await this.#textOf(answer, what, options);
    if (answer.statusCode >= 400) {
      throw refusal(what, answer.statusCode, text);
    }
    const envelope = checked(envelopeSchema, parsed(text), what);
    if (envelope.type === "error") {
      throw apiError(what, envelope.error_code, envelope.error);
    }
    return envelope;
  }

  async #textOf(
    { body }: Answer,
    what: string,
    { timeoutMs = this.timeoutMs }: CallOptions,
  ): Promise<string> {
    try {
      return await body.text();
    } catch (error) {
      throw error instanceof Error && error.name === "TimeoutError"
        ? new MccError(
            "timeout",
            `The engine did not finish its answer to ${what} within ${timeoutMs / 1000} s.`,
            {
              cause: error,
            },
          )
        : new MccError("engine", `The engine's answer to ${what} broke off: ${messageOf(error)}.`, {
            cause: error,
          });
    }
  }

  async #request(
    method: Method,
    path: string,
    {
      query = {},
      json,
      headers,
      body,
      timeoutMs = this.timeoutMs,
      waits = false,
      asksOne = false,
    }: CallOptions,
  ): Promise<Answer> {
    return await this.connection.request({
      method,
      path: this.#pathWith(path, query),
      headers: { ...(json !== undefined && { "content-type": "application/json" }), ...headers },
      body: json === undefined ? body : (JSON.stringify(json) satisfies Dispatcher.DispatchOptions["body"]),
      timeoutMs,
      asksOne,
      waits,
    });
  }

  #pathWith(path: string, query: Readonly<Record<string, string | undefined>>): string {
    const parameters = new URLSearchParams({ project: this.project });
    Object.entries(query).forEach(([name, value]) => {
      if (value === undefined) {
        parameters.delete(name);
      } else {
        parameters.set(name, value);
      }
    });
    return `${path}?${parameters.toString()}`;
  }
}

/** Whether a second try can succeed. */
function isPassing(error: unknown): boolean {
  return error instanceof ApiError && error.code === "engine" && error.status >= 500;
}
