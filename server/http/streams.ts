import type { ServerResponse } from "node:http";
import type { Logger } from "pino";
import { AnswerEnds } from "./answer-ends";
import type { StreamReply } from "./reply";

/** How often a client with no events hears that the connection still exists. Proxies often close it after a minute. */
const beatMs = 15_000;

/** What a client may leave unread before its stream is closed: some thousand events. */
const mostUnreadBytes = 1024 * 1024;

/** The open streams of events: answers that end when the client, its token or the daemon ends. */
export class Streams {
  readonly #open = new Set<ServerResponse>();
  #closedUnread = 0;

  readonly #ends = new AnswerEnds();

  constructor(private readonly log: Logger) {}

  get open(): number {
    return this.#open.size;
  }

  /** How many were closed because their clients did not read. */
  get closedUnread(): number {
    return this.#closedUnread;
  }

  /** Answers with a stream until the client hangs up, its token is no longer valid, or `close` is called. */
  begin(response: ServerResponse, { headers, follow, ends }: StreamReply): void {
    response.writeHead(200, { ...headers, connection: "close" });
    response.flushHeaders();
    this.#open.add(response);
    const write = (text: string): void => {
      if (response.writableLength > mostUnreadBytes) {
        this.#closedUnread += 1;
        this.log.warn(
          { from: response.req.socket.remoteAddress },
          "closed a stream of events whose client does not read",
        );
        response.destroy();
      } else if (!response.writableEnded) {
        response.write(text);
      }
    };
    const stop = follow(write);
    const beat = setInterval(() => write(":\n\n"), beatMs).unref();
    const end = (): void => void response.end();
    ends?.addEventListener("abort", end, { once: true });
    this.#ends.once(response, () => {
      clearInterval(beat);
      stop();
      ends?.removeEventListener("abort", end);
      this.#open.delete(response);
    });
    if (ends?.aborted === true) {
      end();
    }
  }

  /** Ends all streams. */
  close(): void {
    this.#open.forEach((response) => response.end());
  }
}
