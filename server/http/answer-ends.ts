import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Reports when an answer has ended: it was sent, or its connection closed. Node reports a closed connection only to the
 * answer that is being sent, and not to those that wait behind it on the same connection.
 */
export class AnswerEnds {
  readonly #ofConnection = new WeakMap<Socket, Set<() => void>>();

  /** Calls back once; immediately if the answer has ended. */
  once(response: ServerResponse, callBack: () => void): void {
    const { socket } = response.req;
    const ends = this.#endsOf(socket);
    const end = (): void => {
      if (ends.delete(end)) {
        callBack();
      }
    };
    ends.add(end);
    if (response.closed || socket.destroyed) {
      end();
    } else {
      response.once("close", end);
    }
  }

  #endsOf(socket: Socket): Set<() => void> {
    const known = this.#ofConnection.get(socket);
    if (known !== undefined) {
      return known;
    }
    const ends = new Set<() => void>();
    this.#ofConnection.set(socket, ends);
    socket.once("close", () => [...ends].forEach((end) => end()));
    return ends;
  }
}
