import { MccError } from "../protocol/error";
import { decodeResponse, encodeCall } from "../protocol/wire/codec";
import { decodeAnswer, encodeRequest } from "../protocol/wire/json/client-messages";

/** How a client writes calls and reads their answers. */
export interface WireProtocol {
  /** Where the daemon takes it. */
  readonly path: string;
  readonly contentType: string;
  /** The HTTP status of a daemon that does not have this protocol. Absent if every daemon has it. */
  readonly absentStatus?: number;
  /** @throws MccError `invalid` for a value that cannot be sent. */
  readonly encode: (method: string, parameters: object) => string;
  /**
   * @returns undefined if the text is no answer of this protocol.
   * @throws MccError of the daemon.
   */
  readonly decode: (text: string) => Promise<{ readonly result: unknown } | undefined>;
}

/** Every daemon has it. */
const xml: WireProtocol = {
  path: "/",
  contentType: "text/xml",
  encode: (method, parameters) => encodeCall(method, [parameters]),
  decode: async (text) =>
    /<methodResponse[\s>]/.test(text) ? { result: await decodeResponse(text) } : undefined,
};

/** Faster for long answers. Daemons of earlier releases do not have it. */
export const json: WireProtocol = {
  path: "/rpc",
  contentType: "application/json",
  absentStatus: 404,
  encode: encodeRequest,
  decode: (text) => Promise.resolve(decodeAnswer(text)),
};

/** Protocols to try, in their order. */
export type WireProtocols = readonly [WireProtocol, ...WireProtocol[]];

const choices: Readonly<Record<string, WireProtocols>> = {
  auto: [json, xml],
  json: [json],
  xml: [xml],
};

/**
 * Returns the protocols to try, in their order.
 *
 * @param name the value of the variable `MCC_PROTOCOL`.
 * @throws MccError `invalid` for another name.
 */
export function wireProtocols(name: string): WireProtocols {
  const found = Object.hasOwn(choices, name) ? choices[name] : undefined;
  if (found === undefined) {
    throw new MccError(
      "invalid",
      `MCC_PROTOCOL is ${JSON.stringify(name)}; set it to one of ${Object.keys(choices).join(", ")}, or unset it.`,
    );
  }
  return found;
}

/** Tells whether there is a protocol left to try. */
export function isNotEmpty(protocols: readonly WireProtocol[]): protocols is WireProtocols {
  return protocols.length > 0;
}
