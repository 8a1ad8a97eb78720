/** The parts of the `xmlrpc` package (1.3.2) that the codec uses; its own types leave them out. */
declare module "xmlrpc/lib/serializer" {
  import type CustomType from "xmlrpc/lib/customtype";

  export function serializeMethodCall(method: string, parameters: unknown[]): string;
  export function serializeMethodResponse(value: unknown): string;
  export function serializeFault(fault: { faultCode: number; faultString: CustomType }): string;
}

declare module "xmlrpc/lib/deserializer" {
  import type { Readable } from "node:stream";

  export default class Deserializer {
    constructor(encoding?: string);
    /** Calls back for every tag of the message, its name in capitals. */
    readonly parser: { on(event: "opentag", listener: (tag: { name: string }) => void): unknown };
    /** One for each array or struct that is open. */
    readonly marks: readonly number[];
    deserializeMethodCall(
      stream: Readable,
      callback: (error: Error | null, method: string, parameters: unknown[]) => void,
    ): void;
    deserializeMethodResponse(
      stream: Readable,
      callback: (error: Error | null, value: unknown) => void,
    ): void;
  }
}

declare module "xmlrpc/lib/customtype" {
  export default class CustomType {
    constructor(raw: string);
    readonly raw: string;
    tagName: string;
  }
}
