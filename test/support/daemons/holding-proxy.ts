import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";

interface Hold {
  readonly method: string;
  readonly arrived: () => void;
  readonly released: Promise<void>;
}

/**
 * A proxy between a client and a daemon that holds an answer while a test does something. It answers `instance.create`
 * at once, so that an `instance.wait` follows, as with instances that start slowly.
 */
export class HoldingProxy {
  readonly #server: Server;
  #hold: Hold | undefined;
  #release: () => void = () => undefined;

  constructor(private readonly daemonUrl: string) {
    this.#server = createServer((request, response) => void this.#pass(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.release();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Holds the next answer to this method. Resolves once the daemon has answered. */
  async holdAnswer(method: string): Promise<void> {
    const released = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    await new Promise<void>((arrived) => {
      this.#hold = { method, arrived, released };
    });
  }

  release(): void {
    this.#release();
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = withoutWait(await text(request));
    const { authorization = "", "content-type": type = "" } = request.headers;
    const answer = await fetch(new URL(request.url ?? "/", this.daemonUrl), {
      method: "POST",
      body: JSON.stringify(call),
      headers: { authorization, "content-type": type },
    });
    const body = await answer.text();
    const hold = this.#hold;
    if (hold !== undefined && call.method === hold.method) {
      this.#hold = undefined;
      hold.arrived();
      await hold.released;
    }
    response.writeHead(answer.status).end(body);
  }
}

const callSchema = z.looseObject({ method: z.string(), params: z.record(z.string(), z.unknown()) });

function withoutWait(body: string): z.output<typeof callSchema> {
  const call = callSchema.parse(JSON.parse(body));
  return call.method === "instance.create" ? { ...call, params: { ...call.params, waitSeconds: 0 } } : call;
}
