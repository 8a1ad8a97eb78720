/** The client and the server of the `xmlrpc` package (1.3.2), which other programs use to call daemons. */
declare module "xmlrpc" {
  import type { Server as HttpServer } from "node:http";

  export interface Client {
    methodCall(
      method: string,
      parameters: unknown[],
      callback: (error: Error | null, value: unknown) => void,
    ): void;
  }

  export interface Server {
    readonly httpServer: HttpServer;
    on(
      method: string,
      listener: (
        error: Error | null,
        parameters: unknown[],
        callback: (error: Error | null, value: unknown) => void,
      ) => void,
    ): Server;
  }

  export function createClient(options: {
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
  }): Client;
  export function createServer(
    options: { readonly host: string; readonly port: number },
    onListening: () => void,
  ): Server;
}
