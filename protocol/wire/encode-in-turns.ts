import { setImmediate } from "node:timers/promises";
import { encodeResponse } from "./codec";

/** Characters that are written before others get their turn on the event loop. */
const sliceLength = 65_536;

const placeholder = "<value><int>0</int></value>";
const [beginning = "", ending = ""] = encodeResponse(0).split(placeholder);

/**
 * Writes what `encodeResponse` writes. Lists, and lists in structs, are written item by item, and the event loop is free
 * for others between them: the package takes a second and more for 10,000 instances.
 *
 * @param turn is asked for a turn by a text of more than one slice; what it resolves to is called at the end. Default:
 * it goes on.
 * @param signal ends the writing. Default: nothing does.
 * @throws as `encodeResponse` does; the signal's reason.
 */
export async function encodeResponseInTurns(
  value: unknown,
  turn: () => Promise<() => void> = () => Promise.resolve(() => undefined),
  signal?: AbortSignal,
): Promise<string> {
  const parts: string[] = [];
  let written = 0;
  let end: (() => void) | undefined;
  try {
    for (const part of partsOf(value)) {
      parts.push(part);
      written += part.length;
      if (written >= sliceLength) {
        written = 0;
        end ??= await turn();
        await setImmediate();
        signal?.throwIfAborted();
      }
    }
    return [beginning, ...parts, ending].join("");
  } finally {
    end?.();
  }
}

/** The element of a value in parts, each written when it is asked for. */
function* partsOf(value: unknown): Generator<string> {
  if (Array.isArray(value) && value.length > 0) {
    yield "<value><array><data>";
    for (const item of value) {
      yield* partsOf(item);
    }
    yield "</data></array></value>";
  } else if (hasLists(value)) {
    yield "<value><struct>";
    for (const [name, member] of Object.entries(value)) {
      if (member !== undefined) {
        yield* memberParts(name, member);
      }
    }
    yield "</struct></value>";
  } else {
    yield elementOf(value);
  }
}

function* memberParts(name: string, member: unknown): Generator<string> {
  const struct = elementOf({ [name]: 0 }).slice("<value><struct>".length, -"</struct></value>".length);
  const [before = "", after = ""] = struct.split(placeholder);
  yield before;
  yield* partsOf(member);
  yield after;
}

/** Whether it is a struct with a list of structs, which may be long, or with one deeper inside. */
function hasLists(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !Buffer.isBuffer(value) &&
    Object.values(value).some((member) => (Array.isArray(member) ? member.some(isObject) : hasLists(member)))
  );
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** What the package writes for a value, without the message around it. */
function elementOf(value: unknown): string {
  return encodeResponse(value).slice(beginning.length, -ending.length);
}
