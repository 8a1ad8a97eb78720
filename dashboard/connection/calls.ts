import type { MethodName, MethodParameters, MethodResult } from "../../protocol/types/methods";
import { DaemonError, errorOf, headersOf, json, type Session } from "./requests";

/** One call of a method, for a batch. */
export interface Call {
  readonly method: MethodName;
  readonly parameters: object;
}

/** Calls methods of the daemon with the rights of a session. */
export class Calls {
  /** @param onEnd is called when the daemon says that the session has ended. */
  constructor(
    private readonly session: Session,
    private readonly onEnd: (reason: string) => void,
  ) {}

  /** @throws DaemonError */
  async one<M extends MethodName>(method: M, parameters: MethodParameters<M>): Promise<MethodResult<M>> {
    const [result] = await this.all([{ method, parameters }]);
    if (result instanceof DaemonError) {
      throw result;
    }
    return result as MethodResult<M>;
  }

  /**
   * Makes several calls in one request.
   *
   * @returns for each its result, or its error.
   * @throws DaemonError if the daemon cannot be reached, or the session has ended.
   */
  async all(calls: readonly Call[]): Promise<unknown[]> {
    const body = calls.map(({ method, parameters }, id) => ({
      jsonrpc: "2.0",
      id,
      method,
      params: parameters,
    }));
    const answers = (await this.request("/rpc", {
      method: "POST",
      headers: { ...headersOf(this.session.csrf), "content-type": "application/json" },
      body: JSON.stringify(body),
    })) as { id: number; result?: unknown; error?: unknown }[];
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    return calls.map((_call, id) => {
      const answer = byId.get(id);
      return answer !== undefined && answer.error === undefined ? answer.result : errorOf(answer, 200);
    });
  }

  /** Opens the stream of events. @throws DaemonError */
  async events(after: string | undefined, signal: AbortSignal): Promise<Response> {
    const query = after === undefined ? "" : `?after=${encodeURIComponent(after)}`;
    const answer = await this.reach(`/events${query}`, { headers: headersOf(this.session.csrf), signal });
    if (!answer.ok) {
      await this.read(answer);
    }
    return answer;
  }

  /** Opens the connection of a terminal. */
  terminal(query: Record<string, string>): WebSocket {
    const url = new URL("/terminal", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.search = new URLSearchParams(query).toString();
    return new WebSocket(url, ["minicloud-terminal", this.session.csrf]);
  }

  private async request(path: string, options: RequestInit): Promise<unknown> {
    return await this.read(await this.reach(path, options));
  }

  private async reach(path: string, options: RequestInit): Promise<Response> {
    try {
      return await fetch(path, options);
    } catch {
      throw new DaemonError("The daemon cannot be reached.", 0, "unavailable");
    }
  }

  private async read(answer: Response): Promise<unknown> {
    try {
      return await json(answer);
    } catch (error) {
      if (error instanceof DaemonError && error.status === 401) {
        this.onEnd(error.message);
      }
      throw error;
    }
  }
}
