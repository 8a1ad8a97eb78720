import type { Duplex } from "node:stream";
import { Agent, type Dispatcher, request, upgrade } from "undici";
import type { WebSocket } from "ws";
import { errnoOf } from "../../../../protocol/errno";
import { MccError, messageOf } from "../../../../protocol/error";
import { engineCommand } from "../../../support/engine-command";
import type { ClientIdentity } from "../access/identity";
import { ApiError } from "./api-error";
import { openWebSocket } from "./web-socket";

/** More connections to one member would only queue there. */
const mostConnections = 16;
/** Longer than the engine's own pings of its members. A pulled cable answers nothing at all. */
const connectMs = 5_000;

/** One request to the engine. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Dispatcher.DispatchOptions["body"] | (() => AsyncIterable<Uint8Array>);
  readonly timeoutMs: number;
  /** Whether it waits for something on the other side, and must not hold up others. Default: no. */
  readonly waits?: boolean;
  /** Whether another daemon is not asked when the time is over. Default: a GET is repeated there. */
  readonly asksOne?: boolean;
}

export type Answer = Dispatcher.ResponseData;

interface Endpoint {
  readonly url: string;
  readonly origin: string;
  readonly socketPath: string | undefined;
  calls: Agent;
  waits: Agent;
}

/**
 * Connects to the daemons of the engine. Each call goes to the one that answered last. If no connection can be made, it goes
 * to the next one. Each call has its own time limit.
 */
export class Connection {
  readonly #endpoints: Endpoint[];
  readonly #identity: ClientIdentity | undefined;
  #preferred = 0;

  /** @param identity for HTTPS: the own key and certificate, and the one certificate that the engine may have. */
  constructor(urls: readonly string[], identity: ClientIdentity | undefined) {
    this.#identity = identity;
    this.#endpoints = urls.map((url) => {
      const socketPath = url.startsWith("unix:") ? url.slice("unix:".length) : undefined;
      const at = { url, socketPath, origin: socketPath === undefined ? url : "http://engine" };
      return { ...at, calls: this.#agent(at, mostConnections), waits: this.#agent(at) };
    });
  }

  /**
   * Makes a request. A GET is also repeated at the next daemon if the connection broke or the time was over.
   *
   * @throws MccError `engine` if no daemon can be reached; `timeout`.
   */
  async request(call: Call): Promise<Answer> {
    return await engineCommand(`${call.method} ${pathOf(call)}`, undefined, () => this.#request(call));
  }

  async #request(call: Call): Promise<Answer> {
    const failures: string[] = [];
    let last: unknown;
    let timedOut: unknown;
    for (const endpoint of this.#inOrder()) {
      try {
        const answer = await this.#requestAt(endpoint, call);
        this.#preferred = this.#endpoints.indexOf(endpoint);
        return answer;
      } catch (error) {
        last = error;
        failures.push(`${endpoint.url}: ${reasonOf(error)}`);
        if (isTimeout(error)) {
          timedOut = error;
          this.#renew(endpoint);
        }
        if (!isUnsent(error) && (call.method !== "GET" || call.asksOne === true)) {
          break;
        }
      }
    }
    // One that got the call and did not answer counts more than a dead one after it.
    throw failureOf(call, failures, timedOut ?? last);
  }

  /**
   * Opens a websocket at the daemon that answered last, or else at the next one.
   *
   * @throws ApiError if a daemon refused it and none can have it open; MccError.
   */
  async webSocket(path: string, timeoutMs: number): Promise<WebSocket> {
    const failures: string[] = [];
    let last: unknown;
    let refusal: ApiError | undefined;
    let canBeOpen = false;
    for (const endpoint of this.#inOrder()) {
      try {
        return await openWebSocket(endpoint, path, timeoutMs, tlsOptions(this.#identity));
      } catch (error) {
        last = error;
        if (error instanceof ApiError) {
          refusal ??= error;
        } else {
          canBeOpen ||= !isUnsent(error);
        }
        failures.push(`${endpoint.url}: ${reasonOf(error)}`);
      }
    }
    if (refusal !== undefined && !canBeOpen) {
      throw refusal;
    }
    throw failureOf({ method: "GET", path, timeoutMs }, failures, last);
  }

  /** Opens a stream with another protocol, at the daemon that answered last. @throws MccError. */
  async upgrade(path: string, protocol: string, timeoutMs: number): Promise<Duplex> {
    const [endpoint] = this.#inOrder();
    if (endpoint === undefined) {
      throw failureOf({ method: "GET", path, timeoutMs }, [], undefined);
    }
    try {
      const { socket } = await upgrade(`${endpoint.origin}${path}`, {
        dispatcher: endpoint.waits,
        protocol,
        signal: AbortSignal.timeout(timeoutMs),
      });
      // Otherwise a broken connection would end the daemon. The event "close" follows.
      return socket.on("error", () => undefined);
    } catch (error) {
      throw failureOf({ method: "GET", path, timeoutMs }, [`${endpoint.url}: ${reasonOf(error)}`], error);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#endpoints.flatMap(({ calls, waits }) => [calls.destroy(), waits.destroy()]));
  }

  #inOrder(): Endpoint[] {
    return [...this.#endpoints.slice(this.#preferred), ...this.#endpoints.slice(0, this.#preferred)];
  }

  async #requestAt(endpoint: Endpoint, call: Call): Promise<Answer> {
    const { method, path, headers, body, timeoutMs, waits = false } = call;
    return await request(`${endpoint.origin}${path}`, {
      dispatcher: waits ? endpoint.waits : endpoint.calls,
      method,
      ...(headers && { headers: { ...headers } }),
      body:
        typeof body === "function"
          ? (body() as unknown as NonNullable<typeof body> as never)
          : (body ?? null),
      // They would end a long wait or a long upload.
      headersTimeout: 0,
      bodyTimeout: 0,
      signal: AbortSignal.timeout(timeoutMs),
    });
  }

  #agent({ socketPath }: Pick<Endpoint, "socketPath">, connections?: number): Agent {
    return new Agent({
      ...(connections !== undefined && { connections }),
      pipelining: 1,
      connect: {
        timeout: connectMs,
        ...(socketPath === undefined ? tlsOptions(this.#identity) : { socketPath }),
      },
    });
  }

  /** Closes connections of which one does not answer: others may be dead, too. */
  #renew(endpoint: Endpoint): void {
    const { calls } = endpoint;
    endpoint.calls = this.#agent(endpoint, mostConnections);
    calls.close().catch(() => undefined);
  }
}

/** The engine's certificate is pinned: it is the only one that is accepted, whatever names it has. */
function tlsOptions(identity: ClientIdentity | undefined): object {
  return identity === undefined
    ? {}
    : {
        ca: identity.engineCertificate,
        cert: identity.certificate,
        key: identity.key,
        checkServerIdentity: () => undefined,
      };
}

/** Errors before anything was sent. */
const unsentCodes = [
  ...["ECONNREFUSED", "ENOENT", "EACCES", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"],
  ...["UND_ERR_CONNECT_TIMEOUT", "DEPTH_ZERO_SELF_SIGNED_CERT", "CERT_HAS_EXPIRED"],
];

function isUnsent(error: unknown): boolean {
  const code = errnoOf(error);
  return unsentCodes.includes(code) || /^ERR_TLS|^ERR_SSL|CERT/.test(code);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function reasonOf(error: unknown): string {
  return isTimeout(error) ? "no answer in time" : messageOf(error) || errnoOf(error);
}

/** Without the query. */
function pathOf({ path }: Pick<Call, "path">): string {
  const [what = ""] = path.split("?");
  return what;
}

function failureOf({ method, path, timeoutMs }: Call, failures: readonly string[], cause: unknown): MccError {
  const what = pathOf({ path });
  return isTimeout(cause)
    ? new MccError(
        "timeout",
        `The engine did not answer ${method} ${what} within ${timeoutMs / 1000} s (${failures.join("; ")}); check its members, most of which must run.`,
        { cause },
      )
    : new MccError(
        "engine",
        `The engine cannot be reached for ${method} ${what} (${failures.join("; ")}); start it, or correct --engine-url.`,
        { cause },
      );
}
