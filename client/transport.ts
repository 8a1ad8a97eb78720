import * as http from "node:http";
import * as https from "node:https";
import { errnoOf } from "../protocol/errno";
import { messageOf } from "../protocol/error";
import { largestAnswerBytes, readAnswer } from "./answer-body";
import { ConnectionError } from "./connection-error";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const unknownAuthority =
  "its certificate is of an unknown authority; NODE_EXTRA_CA_CERTS names a file of such to trust";

/** The failures that deserve better words than the system's own. */
const reasons: Readonly<Record<string, string>> = {
  EAI_AGAIN: "its name cannot be looked up just now",
  ECONNREFUSED: "the connection is refused",
  ECONNRESET: "the connection was closed from there",
  EHOSTUNREACH: "there is no way to that host",
  ENETUNREACH: "there is no way to that network",
  ENOTFOUND: "there is no host of that name",
  EPIPE: "the connection was closed from there",
  EPROTO: "it does not speak TLS; an address for it begins with http://",
  ETIMEDOUT: "the host does not answer",
  HPE_INVALID_CONSTANT: "it does not speak HTTP; if it speaks TLS, its address begins with https://",
  CERT_HAS_EXPIRED: "its certificate has expired; renew it there, or check the clock of this machine",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; check the clocks of both machines",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "its certificate is for another host; use an address that the certificate names",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "its certificate is self-signed; NODE_EXTRA_CA_CERTS names a file of such to trust",
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
};

/** The HTTP side of one daemon: connections are kept and used again. */
export class Transport {
  readonly #agent: http.Agent | https.Agent;
  readonly #secure: boolean;
  readonly #what: string;

  /**
   * @param closed ends all requests when it is aborted.
   * @param answerBytes how long an answer may be; a broken or hostile server may send without end.
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
   * @param repeatable whether it may be sent again when a connection kept from earlier turns out to be closed.
   * @throws ConnectionError `unavailable`, also for an answer that is too long, or `timeout`; the reason of the signal that ended it.
   */
  async post(
    body: string,
    headers: http.OutgoingHttpHeaders,
    timeoutMs: number,
    repeatable: boolean,
  ): Promise<Answer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = this.closed === undefined ? timeout : AbortSignal.any([timeout, this.closed]);
    const connection = { reached: false, reused: false };
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const request = (this.#secure ? https : http).request(this.server, {
          method: "POST",
          // A kept connection may be closed from there just now, and then it is not known what became of the call.
          agent: repeatable ? this.#agent : false,
          signal,
          headers: { ...headers, "content-type": "text/xml", "content-length": Buffer.byteLength(body) },
        });
        request.once("socket", (socket) => {
          connection.reused = request.reusedSocket;
          connection.reached = request.reusedSocket;
          if (!request.reusedSocket) {
            socket.once(this.#secure ? "secureConnect" : "connect", () => {
              connection.reached = true;
            });
          }
        });
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
        request.end(body);
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
        return await this.post(body, headers, timeoutMs, repeatable);
      }
      throw this.#unavailable(connection.reached, error);
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#agent.destroy();
  }

  #tooLarge(): ConnectionError {
    return new ConnectionError(
      "unavailable",
      `The answer of ${this.#what} has more than ${this.answerBytes} bytes. See that a MiniCloud daemon listens there, and ask it for less at a time.`,
      true,
    );
  }

  #timedOut(timeoutMs: number, reached: boolean, cause: unknown): ConnectionError {
    return new ConnectionError(
      "timeout",
      `No answer came from ${this.#what} within ${timeoutMs / 1000} s; it may still be at work. Look at its log, and try again.`,
      reached,
      { cause },
    );
  }

  #unavailable(reached: boolean, cause: unknown): ConnectionError {
    const reason = reasonOf(cause);
    return new ConnectionError(
      "unavailable",
      reached
        ? `The connection to ${this.#what} was lost (${reason}). See that it runs, and try again.`
        : `No MiniCloud daemon answers at ${this.server.origin}: ${reason}. Start one there with "mccserver", or point MCC_SERVER or minicloud:server to where one runs.`,
      reached,
      { cause },
    );
  }
}

function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  return reasons[code] ?? (messageOf(error) || code);
}
