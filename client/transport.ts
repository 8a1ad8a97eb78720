import * as http from "node:http";
import * as https from "node:https";
import { errnoOf } from "../protocol/errno";
import { messageOf } from "../protocol/error";
import { traceparent } from "../protocol/tracing/spans";
import { understandable, understoodHeader } from "../protocol/understood";
import { largestAnswerBytes, readAnswer } from "./answer-body";
import { whyDistrusted } from "./certificate-reasons";
import { ConnectionError } from "./connection-error";
import type { Credentials } from "./credentials";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The body of a request, and where it goes. */
export interface Message {
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** What ends an answer that has no end of its own. */
export interface OpenLimits {
  /** The longest pause in it. After that, the connection counts as lost. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

/** Clearer messages for failures to reach a server than those of the system, by their codes. */
const reasons: Readonly<Record<string, string>> = {
  EAI_AGAIN: "looking up its name failed temporarily",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the server closed the connection",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the network",
  ENOTFOUND: "there is no host of that name",
  EPIPE: "the server closed the connection",
  EPROTO: "it does not use TLS; give an address that starts with http://",
  ETIMEDOUT: "the host does not answer",
  HPE_INVALID_CONSTANT: "it does not use HTTP; if it uses TLS, give an address that starts with https://",
};

/** Sends HTTP requests to one daemon, over persistent connections. */
export class Transport {
  readonly #agent: http.Agent | https.Agent;
  readonly #secure: boolean;
  readonly #what: string;

  /**
   * @param closed aborts all requests.
   * @param answerBytes the limit of an answer, because a broken or hostile server can send an endless one.
   */
  constructor(
    readonly server: URL,
    private readonly closed?: AbortSignal,
    private readonly answerBytes = largestAnswerBytes,
  ) {
    this.#what = `the MiniCloud daemon at ${server.origin}`;
    this.#secure = server.protocol === "https:";
    this.#agent = new (this.#secure ? https : http).Agent({ keepAlive: true });
    closed?.addEventListener("abort", () => this.close(), { once: true });
  }

  /**
   * Sends one request.
   *
   * @param repeatable whether it can be sent again if a persistent connection turns out to be closed.
   * @throws ConnectionError `unavailable`, also for an answer that is too long, or `timeout`; the reason of the signal.
   */
  async post(
    message: Message,
    { token, trust }: Pick<Credentials, "token" | "trust">,
    timeoutMs: number,
    repeatable: boolean,
  ): Promise<Answer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = this.closed === undefined ? timeout : AbortSignal.any([timeout, this.closed]);
    const connection = { reached: false, reused: false };
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const request = this.#request(
          message.path,
          { token, trust },
          {
            method: "POST",
            // The server can close a persistent connection during the call, and the result of the call is then unknown.
            agent: repeatable ? this.#agent : false,
            signal,
            headers: {
              "content-type": message.contentType,
              "content-length": Buffer.byteLength(message.body),
            },
          },
        );
        this.#watch(request, connection);
        request.once("error", reject);
        request.once("response", (response) => {
          readAnswer(response, this.answerBytes).then(
            (answer) =>
              answer === undefined
                ? reject(this.#tooLarge())
                : resolve({ status: response.statusCode ?? 0, body: answer }),
            reject,
          );
        });
        request.end(message.body);
      });
    } catch (error) {
      this.closed?.throwIfAborted();
      if (ConnectionError.isInstance(error)) {
        throw error;
      }
      if (timeout.aborted) {
        throw this.#timedOut(timeoutMs, connection.reached, error);
      }
      if (connection.reused) {
        return await this.post(message, { token, trust }, timeoutMs, repeatable);
      }
      throw this.#unavailable(connection.reached, error);
    }
  }

  /**
   * Opens an answer that has no end of its own.
   *
   * @throws ConnectionError `unavailable` or `timeout`; the reason of the signal.
   */
  async open(
    path: string,
    { token, trust }: Pick<Credentials, "token" | "trust">,
    { silenceMs, signal }: OpenLimits,
  ): Promise<http.IncomingMessage> {
    const connection = { reached: false, reused: false };
    try {
      return await new Promise<http.IncomingMessage>((resolve, reject) => {
        const request = this.#request(path, { token, trust }, { method: "GET", agent: false, signal });
        this.#watch(request, connection);
        request.setTimeout(silenceMs, () =>
          request.destroy(this.#timedOut(silenceMs, connection.reached, undefined)),
        );
        request.once("error", reject);
        request.once("response", resolve);
        request.end();
      });
    } catch (error) {
      signal.throwIfAborted();
      throw ConnectionError.isInstance(error) ? error : this.#unavailable(connection.reached, error);
    }
  }

  #request(
    path: string,
    { token, trust }: Pick<Credentials, "token" | "trust">,
    {
      headers,
      ...options
    }: Omit<http.RequestOptions, "headers"> & { readonly headers?: http.OutgoingHttpHeaders },
  ): http.ClientRequest {
    return (this.#secure ? https : http).request(new URL(path, this.server), {
      ...options,
      ...trust,
      headers: {
        ...headers,
        [understoodHeader]: understandable.join(","),
        ...traceHeader(),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
  }

  /** Records how far a request gets. */
  #watch(request: http.ClientRequest, connection: { reached: boolean; reused: boolean }): void {
    request.once("socket", (socket) => {
      connection.reused = request.reusedSocket;
      connection.reached = request.reusedSocket;
      if (!request.reusedSocket) {
        socket.once(this.#secure ? "secureConnect" : "connect", () => {
          connection.reached = true;
        });
      }
    });
  }

  /** Closes the persistent connections. */
  close(): void {
    this.#agent.destroy();
  }

  #tooLarge(): ConnectionError {
    return new ConnectionError(
      "unavailable",
      `The answer of ${this.#what} exceeds ${this.answerBytes} bytes. Check that a MiniCloud daemon listens there, and request less in one call.`,
      true,
    );
  }

  #timedOut(timeoutMs: number, reached: boolean, cause: unknown): ConnectionError {
    return new ConnectionError(
      "timeout",
      `No answer came from ${this.#what} within ${timeoutMs / 1000} s; it can still be working. Check its log, and try again.`,
      reached,
      { cause },
    );
  }

  #unavailable(reached: boolean, cause: unknown): ConnectionError {
    const distrust = whyDistrusted(cause);
    if (distrust !== undefined) {
      return new ConnectionError("unavailable", `${this.server.origin} is not trusted: ${distrust}.`, false, {
        cause,
      });
    }
    const reason = reasonOf(cause);
    return new ConnectionError(
      "unavailable",
      reached
        ? `The connection to ${this.#what} was lost (${reason}). Check that it runs, and try again.`
        : `No MiniCloud daemon answers at ${this.server.origin}: ${reason}. Start one there with "mccserver", or set MCC_SERVER or minicloud:server to the address of a daemon.`,
      reached,
      { cause },
    );
  }
}

function traceHeader(): http.OutgoingHttpHeaders {
  const parent = traceparent();
  return parent === undefined ? {} : { traceparent: parent };
}

function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  return reasons[code] ?? (messageOf(error) || code);
}
