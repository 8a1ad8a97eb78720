import type { ServerResponse } from "node:http";

/** The answers that are on their way, of which clients that do not read could make a great many. */
export class UnreadAnswers {
  readonly #mostBytes: number;
  /** Oldest first. */
  readonly #bytes = new Map<ServerResponse, number>();
  #total = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Counts an answer until its connection has taken it. The oldest ones are given up when all are too much. */
  add(response: ServerResponse, bytes: number): void {
    this.#bytes.set(response, bytes);
    this.#total += bytes;
    response.once("close", () => this.#forget(response));
    for (const [oldest] of this.#bytes) {
      if (this.#total <= this.#mostBytes || oldest === response) {
        break;
      }
      this.#forget(oldest);
      oldest.destroy();
    }
  }

  #forget(response: ServerResponse): void {
    this.#total -= this.#bytes.get(response) ?? 0;
    this.#bytes.delete(response);
  }
}
