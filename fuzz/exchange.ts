import { connect } from "node:net";

export interface ExchangeOptions {
  /** Whether to close this direction after the bytes. A daemon then makes no answer that takes longer. */
  readonly end: boolean;
  /** Ends it without a result. */
  readonly signal: AbortSignal;
}

/**
 * Sends bytes on a new connection, and returns everything that the daemon sends until it closes the connection. A broken
 * connection ends it, too.
 *
 * @returns undefined after the signal.
 */
export function exchange(
  port: number,
  bytes: Buffer,
  { end, signal }: ExchangeOptions,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    const abort = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.on("data", (piece: Buffer) => pieces.push(piece));
    // The event close follows.
    socket.on("error", () => undefined);
    socket.once("close", () => {
      signal.removeEventListener("abort", abort);
      resolve(Buffer.concat(pieces));
    });
    if (signal.aborted) {
      abort();
    } else if (end) {
      socket.end(bytes);
    } else {
      socket.write(bytes);
    }
  });
}
