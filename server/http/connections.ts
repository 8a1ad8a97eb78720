import type { Socket } from "node:net";

interface Connection {
  /** The one beneath TLS, where that is spoken. */
  readonly socket: Socket;
  /** Its client's. */
  readonly address: string;
  requests: number;
}

/**
 * Knows the connections of a listener, and which of them gives way when one more comes than there may be: of those that
 * have sent no request that was let in, the oldest from the address with most of them, so that a flood ends itself and
 * not a client that has only just connected; else the one that has been idle for longest.
 */
export class Connections {
  readonly #most: number;
  /** By where they come from, oldest first. */
  readonly #strangers = new Map<string, Connection>();
  /** The last one used is the last. */
  readonly #clients = new Map<string, Connection>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a new connection in. It is closed when all others have requests under way. */
  add(socket: Socket): void {
    const key = keyOf(socket);
    if (this.#strangers.size + this.#clients.size >= this.#most && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    this.#strangers.set(key, { socket, address: socket.remoteAddress ?? "", requests: 0 });
    socket.once("close", () => this.#forget(key, socket));
  }

  /**
   * Notes that a request of this connection was let in.
   *
   * @returns to be called when the request is over.
   */
  letIn(socket: Socket): () => void {
    const key = keyOf(socket);
    const connection = this.#strangers.get(key) ?? this.#clients.get(key);
    if (connection === undefined) {
      return () => undefined;
    }
    this.#strangers.delete(key);
    this.#clients.set(key, connection);
    connection.requests += 1;
    return () => {
      connection.requests -= 1;
      if (this.#clients.delete(key)) {
        this.#clients.set(key, connection);
      }
    };
  }

  /** Those included on which no HTTP is spoken yet, or any more. */
  closeAll(): void {
    for (const { socket } of [...this.#strangers.values(), ...this.#clients.values()]) {
      socket.destroy();
    }
  }

  #makeRoom(): boolean {
    const [key, connection] =
      this.#oldestOfCrowd() ?? [...this.#clients].find(([, { requests }]) => requests === 0) ?? [];
    if (key === undefined || connection === undefined) {
      return false;
    }
    this.#forget(key, connection.socket);
    connection.socket.destroy();
    return true;
  }

  #oldestOfCrowd(): [string, Connection] | undefined {
    const crowds = new Map<string, { size: number; oldest: [string, Connection] }>();
    for (const stranger of this.#strangers) {
      const [, { address }] = stranger;
      const { size, oldest } = crowds.get(address) ?? { size: 0, oldest: stranger };
      crowds.set(address, { size: size + 1, oldest });
    }
    const [largest] = [...crowds.values()].sort((one, other) => other.size - one.size);
    return largest?.oldest;
  }

  /** The place may be another connection's by now. */
  #forget(key: string, socket: Socket): void {
    for (const connections of [this.#strangers, this.#clients]) {
      if (connections.get(key)?.socket === socket) {
        connections.delete(key);
      }
    }
  }
}

/** The same for a connection and for the TLS on it. */
function keyOf({ remoteAddress = "", remotePort = 0, localAddress = "" }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
