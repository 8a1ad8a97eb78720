import { setImmediate } from "node:timers/promises";
import Deserializer, { type MessageSource, type Parser } from "xmlrpc/lib/deserializer";
import { MccError } from "../error";
import type { MethodCall } from "./method-call";

/** Characters that are parsed before others get their turn on the event loop. */
const sliceLength = 32_768;

/** What the package makes of a call that was scanned before. @throws what it reports, or throws. */
export async function parseCall(xml: string): Promise<MethodCall> {
  return await parse(xml, (deserializer, source, settle) => {
    deserializer.deserializeMethodCall(source, (error, method, parameters) =>
      settle(error, { method, parameters }),
    );
  });
}

/** What the package makes of an answer that was scanned before. @throws the fault; what it reports, or throws. */
export async function parseResponse(xml: string): Promise<unknown> {
  return await parse(xml, (deserializer, source, settle) => {
    deserializer.deserializeMethodResponse(source, settle);
  });
}

type Settle<T> = (error: Error | null | undefined, value: T) => void;

/**
 * Gives the package the message by hand, where it expects a stream: it throws inside of its stream for some messages,
 * outside of all callbacks, which would end the process.
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
    throw new Error("the parser came to no end");
  }
  if (outcome.error) {
    throw outcome.error;
  }
  return outcome.value;
}

/**
 * The parser puts CDATA sections and references together by single characters, which V8 keeps as a chain with 32 bytes
 * for each until somebody reads the text. A search reads it; at the end of a long text that would take 200 ms at once.
 */
function flatten(text: string): void {
  /^/.test(text);
}

/** What the package's values may not be, by the tag that ends them. */
const unfit: Readonly<Record<string, { refuses: (value: unknown) => boolean; reason: string }>> = {
  NAME: {
    // It would set the prototype of its struct, or vanish.
    refuses: (value) => value === "__proto__",
    reason: `A struct has a member named "__proto__"; leave it out.`,
  },
  ...fromTags(["INT", "I4", "DOUBLE"], {
    refuses: (value) => !Number.isFinite(value),
    reason: "A number is larger than any that can be kept; send a smaller one.",
  }),
  "DATETIME.ISO8601": {
    refuses: (value) => !(value instanceof Date) || Number.isNaN(value.getTime()),
    reason: "A dateTime.iso8601 is no day or time that exists.",
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
