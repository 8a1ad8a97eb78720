import { decodeCall, encodeFault } from "../../../protocol/wire/codec";
import { encodeResponseInTurns } from "../../../protocol/wire/encode-in-turns";
import type { Protocol } from "./protocol";

/** XML-RPC, as the first MiniCloud spoke it. */
export const xmlRpc: Protocol = {
  contentType: "text/xml; charset=utf-8",
  requestTypes: ["text/xml", "application/xml"],
  answer: async ({ body, makeCall, answerable, longAnswer, signal }) => {
    try {
      const { method, parameters } = await decodeCall(body);
      return await makeCall(method, parameters, async (result) => {
        try {
          return await encodeResponseInTurns(result, longAnswer, signal);
        } catch (error) {
          if (signal.aborted) {
            throw error;
          }
          // An internal error, and not one of the caller.
          throw new Error(`The result of ${method} cannot be encoded`, { cause: error });
        }
      });
    } catch (error) {
      const { fault, message } = answerable(error);
      return encodeFault(fault, message);
    }
  },
  refuse: ({ fault, message }) => encodeFault(fault, message),
};
