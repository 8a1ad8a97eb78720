import type { Socket } from "node:net";

interface Connection {
  /** The socket below TLS, if TLS is used. */
  readonly socket: Socket;
  /** The client's address. */
  readonly address: string;
  requests: number;
}

/**
 * Keeps the connections of a listener, and closes one when there are too many: of those without an accepted request,
 * the oldest from the address with most of them. Therefore a flood closes its own connections, and not those of a
 * client that has just connected. Otherwise the one that has been idle for longest.
 */
export class Connections {
  readonly #most: number;
  /** The connections without an accepted request, by their key, oldest first. */
  readonly #strangers = new Map<string, Connection>();
  /** The other connections, by their key, in the order of their last use. */
  readonly #clients = new Map<string, Connection>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Adds a new connection. It is closed if all others have requests in progress. */
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
   * Records that a request of this connection was accepted.
   *
   * @returns a function to call when the request has ended.
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

  /** Closes all connections, including those without HTTP. */
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

  /** The key may belong to another connection by now. */
  #forget(key: string, socket: Socket): void {
    for (const connections of [this.#strangers, this.#clients]) {
      if (connections.get(key)?.socket === socket) {
        connections.delete(key);
      }
    }
  }
}

/** Returns the same key for a connection and for the TLS on it. */
function keyOf({ remoteAddress = "", remotePort = 0, localAddress = "" }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
