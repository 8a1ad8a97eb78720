import type { ServerResponse } from "node:http";
import type { AnswerEnds } from "./answer-ends";

/** Limits the memory of answers that clients do not read. */
export class UnreadAnswers {
  /** Oldest first. */
  readonly #bytes = new Map<ServerResponse, number>();
  #total = 0;

  constructor(
    private readonly mostBytes: number,
    private readonly ends: AnswerEnds,
  ) {}

  /** Counts an answer until it has ended. Above the limit, the connections of the oldest answers are closed. */
  add(response: ServerResponse, bytes: number): void {
    this.#bytes.set(response, bytes);
    this.#total += bytes;
    this.ends.once(response, () => this.#forget(response));
    for (const [oldest] of this.#bytes) {
      if (this.#total <= this.mostBytes || oldest === response) {
        break;
      }
      this.#forget(oldest);
      // The answer's own `destroy` would do nothing while it waits behind another one.
      oldest.req.socket.destroy();
    }
  }

  #forget(response: ServerResponse): void {
    this.#total -= this.#bytes.get(response) ?? 0;
    this.#bytes.delete(response);
  }
}
