import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { decodeCall, encodeCall } from "../../../protocol/wire/codec";

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
    const body = await withoutWait(await text(request));
    const { authorization = "" } = request.headers;
    const answer = await fetch(this.daemonUrl, {
      method: "POST",
      body,
      headers: { authorization, "content-type": "text/xml" },
    });
    const xml = await answer.text();
    const hold = this.#hold;
    if (hold !== undefined && (await decodeCall(body)).method === hold.method) {
      this.#hold = undefined;
      hold.arrived();
      await hold.released;
    }
    response.writeHead(answer.status).end(xml);
  }
}

async function withoutWait(body: string): Promise<string> {
  const { method, parameters } = await decodeCall(body);
  return method === "instance.create"
    ? encodeCall(method, [{ ...Object(parameters[0]), waitSeconds: 0 }])
    : body;
}
