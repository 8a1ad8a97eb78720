import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type Server, type Socket } from "node:net";

/** Creates servers on 127.0.0.1 that are closed with their connections after the calling suite. */
export function localServers(): {
  /** @returns the port. */
  readonly tcp: (onConnection: (socket: Socket) => void) => Promise<number>;
  readonly http: (listener: RequestListener) => Promise<number>;
} {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  after(() => {
    servers.forEach((server) => server.close());
    sockets.forEach((socket) => socket.destroy());
  });
  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    return address.port;
  };
  return {
    tcp: (onConnection) => listen(createServer(onConnection)),
    http: (listener) => listen(createHttpServer(listener)),
  };
}
