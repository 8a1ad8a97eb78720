import type { Duplex } from "node:stream";

/** How long a client may take to close its side. */
const farewellMs = 2_000;

/**
 * Sends the last bytes on a connection that the HTTP server has given up, and whose time limits therefore no longer apply.
 * Closes it also if the client does not.
 */
export function sendLast(socket: Duplex, text: string): void {
  const cutOff = setTimeout(() => socket.destroy(), farewellMs);
  socket.once("close", () => clearTimeout(cutOff));
  socket.on("error", () => socket.destroy());
  socket.resume().end(text);
}
