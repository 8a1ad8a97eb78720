import type { ServerResponse } from "node:http";
import type { AnswerEnds } from "./answer-ends";

/** The answers that are on their way, of which clients that do not read could make a great many. */
export class UnreadAnswers {
  /** Oldest first. */
  readonly #bytes = new Map<ServerResponse, number>();
  #total = 0;

  constructor(
    private readonly mostBytes: number,
    private readonly ends: AnswerEnds,
  ) {}

  /** Counts an answer until it is over. The connections of the oldest ones are closed when all are too much. */
  add(response: ServerResponse, bytes: number): void {
    this.#bytes.set(response, bytes);
    this.#total += bytes;
    this.ends.once(response, () => this.#forget(response));
    for (const [oldest] of this.#bytes) {
      if (this.#total <= this.mostBytes || oldest === response) {
        break;
      }
      this.#forget(oldest);
      // An answer that waits behind another one has no connection of its own to close yet.
      oldest.req.socket.destroy();
    }
  }

  #forget(response: ServerResponse): void {
    this.#total -= this.#bytes.get(response) ?? 0;
    this.#bytes.delete(response);
  }
}
