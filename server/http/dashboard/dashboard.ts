import type { IncomingMessage } from "node:http";
import { MccError } from "../../../protocol/error";
import { parseUnderstood, understoodHeader } from "../../../protocol/understood";
import type { Caller } from "../../methods/calls/callable";
import type { FailedLogins } from "../failed-logins";
import type { OwnNames } from "../own-names";
import { jsonRpc } from "../protocols/json-rpc";
import { type Reply, refusal, textReply } from "../reply";
import type { Problem } from "../web-pages";
import { otherContent, tokenOf } from "./login-request";
import type { PageFiles } from "./page-files";
import { pageHeaders } from "./page-headers";
import { foreignHost, foreignOrigin } from "./same-origin";
import { sessionCookie, sessionIdOf } from "./session-cookie";
import { type CallerOfToken, isSame, noSession, type Session, Sessions } from "./sessions";

/** The header that only the dashboard's own page can send: browsers ask before they send it from another one. */
export const csrfHeader = "minicloud-csrf";

interface DashboardOptions {
  readonly callerOf: CallerOfToken;
  readonly names: OwnNames;
  readonly page: PageFiles;
  readonly failedLogins: FailedLogins;
}

type Answer = (request: IncomingMessage, signal: AbortSignal) => Promise<Reply> | Reply;

/** Serves the page to browsers, and knows who logged in there. */
export class Dashboard {
  readonly #options: DashboardOptions;
  readonly #sessions: Sessions;
  readonly #routes: Readonly<Record<string, Answer>> = {
    "POST /login": (request, signal) => this.#login(request, signal),
    "POST /logout": (request) => this.#logout(request),
    "GET /session": (request) => this.#session(request),
  };

  constructor(options: DashboardOptions) {
    this.#options = options;
    this.#sessions = new Sessions(options.callerOf);
  }

  /** Returns the answer to a request; undefined for one that is not the dashboard's. */
  async reply(request: IncomingMessage, signal: AbortSignal): Promise<Reply | undefined> {
    const { method = "", url = "" } = request;
    const [path = ""] = url.split("?");
    const route = `${method} ${path}`;
    if (Object.hasOwn(this.#routes, route)) {
      return await this.#routes[route]?.(request, signal);
    }
    if (method !== "GET" || !(path === "/" || path.startsWith("/page/"))) {
      return undefined;
    }
    const problem = foreignHost(request, this.#options.names);
    return problem === undefined
      ? await this.#options.page.reply(request, path)
      : textReply(problem.status, problem.error.message, pageHeaders);
  }

  /** Whether the dashboard's page sends a request. Others have a token of their own, or none. */
  sends({ headers }: IncomingMessage): boolean {
    return headers[csrfHeader] !== undefined && headers.authorization === undefined;
  }

  /**
   * Returns the caller of a request of the page, who has the rights of the token.
   *
   * @param csrf what the page sends to prove that it is the page.
   */
  admit(request: IncomingMessage, csrf: string | undefined): Caller | Problem {
    return this.#admit(request, csrf, { origin: request.method !== "GET" });
  }

  /** Does the same for a WebSocket, of which browsers always tell the origin. */
  admitUpgrade(request: IncomingMessage, csrf: string | undefined): Caller | Problem {
    return this.#admit(request, csrf, { origin: true });
  }

  #admit(request: IncomingMessage, csrf: string | undefined, need: { origin: boolean }): Caller | Problem {
    const problem = foreignOrigin(request, this.#options.names, need);
    if (problem !== undefined) {
      return problem;
    }
    const session = this.#find(request);
    if (session === undefined) {
      return { status: 401, error: noSession() };
    }
    if (csrf === undefined || !isSame(csrf, session.csrf)) {
      const message = `The request has not the ${csrfHeader} of its session; load the page again.`;
      return { status: 403, error: new MccError("forbidden", message) };
    }
    return {
      ...session.caller(),
      checkAgain: () => void session.caller(),
      understands: parseUnderstood(request.headers[understoodHeader]?.toString()),
      from: request.socket.remoteAddress,
    };
  }

  /** Ends all sessions. */
  close(): void {
    this.#sessions.close();
  }

  #find(request: IncomingMessage): Session | undefined {
    const id = sessionIdOf(request);
    return id === undefined ? undefined : this.#sessions.find(id);
  }

  async #login(request: IncomingMessage, signal: AbortSignal): Promise<Reply> {
    const { names, failedLogins } = this.#options;
    const problem = foreignOrigin(request, names, { origin: true }) ?? otherContent(request);
    if (problem !== undefined) {
      return refused(problem);
    }
    try {
      const { id, session } = this.#sessions.open(await tokenOf(request), sessionIdOf(request));
      return answer(described(session), { "set-cookie": sessionCookie(request, id) });
    } catch (error) {
      if (!MccError.isInstance(error)) {
        throw error;
      }
      if (error.code === "unauthenticated") {
        await failedLogins.delay(request.socket.remoteAddress ?? "an unknown address", error.message, signal);
      }
      return refused({ status: error.code === "unauthenticated" ? 401 : 400, error });
    }
  }

  #logout(request: IncomingMessage): Reply {
    const csrf = request.headersDistinct[csrfHeader]?.[0];
    const admitted = this.admit(request, csrf);
    if ("error" in admitted) {
      return refused(admitted);
    }
    this.#sessions.end(sessionIdOf(request) ?? "");
    return answer({}, { "set-cookie": sessionCookie(request, undefined) });
  }

  /** Tells a page that was loaded again who is logged in. No other page can read the answer. */
  #session(request: IncomingMessage): Reply {
    const problem = foreignOrigin(request, this.#options.names, { origin: false });
    if (problem !== undefined) {
      return refused(problem);
    }
    const session = this.#find(request);
    return answer(session === undefined ? {} : described(session));
  }
}

function described({ account, role, csrf, expiresAt }: Session): object {
  return { account, role, csrf, expiresAt };
}

function answer(body: object, headers: Record<string, string> = {}): Reply {
  return {
    status: 200,
    headers: { ...pageHeaders, "cache-control": "no-store", "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

function refused({ status, error }: Problem): Reply {
  return refusal(jsonRpc, status, error, { ...pageHeaders, "cache-control": "no-store" });
}
