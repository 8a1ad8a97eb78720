import { setImmediate } from "node:timers/promises";
import Deserializer, { type MessageSource, type Parser } from "xmlrpc/lib/deserializer";
import { MccError } from "../error";
import type { MethodCall } from "./method-call";

/** The number of characters to parse before the event loop runs other work. */
const sliceLength = 32_768;

/** Parses a call that was already scanned. @throws the errors that the package reports or throws. */
export async function parseCall(xml: string): Promise<MethodCall> {
  return await parse(xml, (deserializer, source, settle) => {
    deserializer.deserializeMethodCall(source, (error, method, parameters) =>
      settle(error, { method, parameters }),
    );
  });
}

/** Parses an answer that was already scanned. @throws the fault, and the errors that the package reports or throws. */
export async function parseResponse(xml: string): Promise<unknown> {
  return await parse(xml, (deserializer, source, settle) => {
    deserializer.deserializeMethodResponse(source, settle);
  });
}

type Settle<T> = (error: Error | null | undefined, value: T) => void;

/**
 * Passes the message to the package directly in place of a stream. For some messages, the package throws inside of its
 * stream and outside of all callbacks, which would end the process.
 */
async function parse<T>(
  xml: string,
  begin: (deserializer: Deserializer, source: MessageSource, settle: Settle<T>) => void,
): Promise<T> {
  const outcomes: { error: Error | null | undefined; value: T }[] = [];
  const parsers: Parser[] = [];
  const deserializer = new Deserializer();
  refuseUnfit(deserializer);
  const source: MessageSource = {
    setEncoding: () => undefined,
    on: () => undefined,
    pipe: (parser) => parsers.push(parser),
  };
  begin(deserializer, source, (error, value) => outcomes.push({ error, value }));
  for (const parser of parsers) {
    for (let at = 0; at < xml.length && outcomes.length === 0; at += sliceLength) {
      if (at > 0) {
        await setImmediate();
      }
      parser.write(xml.slice(at, at + sliceLength));
      flatten(deserializer.data.at(-1) ?? "");
    }
    parser.end();
  }
  const [outcome] = outcomes;
  if (outcome === undefined) {
    throw new Error("the parser did not finish");
  }
  if (outcome.error) {
    throw outcome.error;
  }
  return outcome.value;
}

/**
 * The parser concatenates CDATA sections and references character by character. V8 keeps the result as a chain of 32
 * bytes for each character until the text is read, such as by a search. After a long text that would block for 200 ms.
 */
function flatten(text: string): void {
  /^/.test(text);
}

/** Refuses values of the package, by their closing tag. */
const unfit: Readonly<Record<string, { refuses: (value: unknown) => boolean; reason: string }>> = {
  NAME: {
    // It would set the prototype of its struct, or be lost.
    refuses: (value) => value === "__proto__",
    reason: `A struct has a member named "__proto__", which is not allowed; remove it.`,
  },
  ...fromTags(["INT", "I4", "DOUBLE"], {
    refuses: (value) => !Number.isFinite(value),
    reason: "A number exceeds the range of a double; send a smaller one.",
  }),
  "DATETIME.ISO8601": {
    refuses: (value) => !(value instanceof Date) || Number.isNaN(value.getTime()),
    reason: "A dateTime.iso8601 is not a valid date; send one such as 20260131T12:00:00.",
  },
};

function fromTags<T>(tags: readonly string[], row: T): Record<string, T> {
  return Object.fromEntries(tags.map((tag) => [tag, row]));
}

function refuseUnfit({ parser, stack }: Deserializer): void {
  parser.on("closetag", (name) => {
    const row = unfit[name];
    if (row?.refuses(stack.at(-1)) === true) {
      throw new MccError("invalid", row.reason);
    }
  });
}
