import { connect } from "node:net";
import { errnoOf } from "../../protocol/errno";

/**
 * Opens a TCP connection and closes it.
 *
 * @returns undefined if it was accepted, otherwise the error code: `ETIMEDOUT` after `timeoutMs`, or `EHOSTUNREACH` and
 * similar.
 */
export async function tryConnection(
  address: string,
  port: number,
  timeoutMs: number,
): Promise<string | undefined> {
  const socket = connect({ host: address, port, timeout: timeoutMs });
  try {
    return await new Promise((resolve) => {
      socket.once("connect", () => resolve(undefined));
      socket.once("timeout", () => resolve("ETIMEDOUT"));
      socket.once("error", (error) => resolve(errnoOf(error) || error.message));
    });
  } finally {
    socket.destroy();
  }
}
