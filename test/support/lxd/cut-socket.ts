import { createConnection, createServer, type Server, type Socket } from "node:net";

/** What is not passed on: nothing, the streams of events, or all. */
export type Cut = "nothing" | "events" | "all";

/** A socket in front of that of an engine, which can be cut like a cable. */
export class CutSocket {
  #cut: Cut = "nothing";
  readonly #server: Server;
  /** The open connections, with whether they are streams of events. */
  readonly #connections = new Map<Socket, boolean>();

  constructor(private readonly target: string) {
    this.#server = createServer((client) => this.#pass(client));
  }

  async listen(path: string): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(path, resolve));
  }

  /** Also ends the connections that are cut. */
  cut(what: Cut): void {
    this.#cut = what;
    for (const [socket, isEvents] of [...this.#connections]) {
      if (this.#isCut(isEvents)) {
        socket.destroy();
      }
    }
  }

  async close(): Promise<void> {
    this.cut("all");
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #isCut(isEvents: boolean): boolean {
    return this.#cut === "all" || (this.#cut === "events" && isEvents);
  }

  /** The first bytes of a connection tell what it is for. Only a stream of events begins with its path. */
  #pass(client: Socket): void {
    client.on("error", () => client.destroy());
    client.once("data", (first: Buffer) => {
      const isEvents = first.toString("latin1").startsWith("GET /1.0/events");
      if (this.#isCut(isEvents)) {
        client.destroy();
        return;
      }
      this.#connections.set(client, isEvents);
      const engine = createConnection(this.target);
      engine.on("error", () => client.destroy());
      client.once("close", () => {
        this.#connections.delete(client);
        engine.destroy();
      });
      engine.once("close", () => client.destroy());
      engine.write(first);
      client.pipe(engine).pipe(client);
    });
  }
}
