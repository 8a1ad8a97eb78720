import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { z } from "zod";
import { listenFailure } from "../support/listen-failure";

/**
 * Opens a listening socket in this process's network, for a daemon in another one.
 *
 * @throws MccError for an address on which it cannot listen.
 */
export async function openSocket(address: string, port: number): Promise<Server> {
  const server = createServer();
  try {
    server.listen(port, address);
    await once(server, "listening");
  } catch (error) {
    throw listenFailure(error, address, port);
  }
  return server;
}

const handleSchema = z.object({ fd: z.int().nonnegative() });

/** Returns the descriptor of a listening socket. Node has no public name for it. */
export function descriptorOf(server: Server): number {
  const handle: unknown = "_handle" in server ? server._handle : undefined;
  return handleSchema.parse({
    fd: typeof handle === "object" && handle !== null && "fd" in handle && handle.fd,
  }).fd;
}
