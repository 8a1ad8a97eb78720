/** Declares the parts of the `xmlrpc` package (1.3.2) that the codec uses, and that its own types lack. */
declare module "xmlrpc/lib/serializer" {
  import type CustomType from "xmlrpc/lib/customtype";

  export function serializeMethodCall(method: string, parameters: unknown[]): string;
  export function serializeMethodResponse(value: unknown): string;
  export function serializeFault(fault: { faultCode: number; faultString: CustomType }): string;
}

declare module "xmlrpc/lib/deserializer" {
  /** The methods of a stream that the package uses. */
  export interface MessageSource {
    setEncoding(encoding: string): unknown;
    on(event: "error", listener: (error: Error) => void): unknown;
    pipe(parser: Parser): unknown;
  }

  export interface Parser {
    write(text: string): unknown;
    end(): unknown;
    /** Calls the listener for every closing tag of the message, with its name in upper case. */
    on(event: "closetag", listener: (name: string) => void): unknown;
  }

  export default class Deserializer {
    constructor(encoding?: string);
    readonly parser: Parser;
    /** The parts of the text so far. */
    readonly data: readonly string[];
    /** The values so far, and the names of members whose values follow. */
    readonly stack: readonly unknown[];
    deserializeMethodCall(
      source: MessageSource,
      callback: (error: Error | null | undefined, method: string, parameters: unknown[]) => void,
    ): void;
    deserializeMethodResponse(
      source: MessageSource,
      callback: (error: Error | null | undefined, value: unknown) => void,
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
