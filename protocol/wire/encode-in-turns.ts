import { setImmediate } from "node:timers/promises";
import { encodeResponse } from "./codec";

/** The number of characters to write before the event loop runs other work. */
const sliceLength = 65_536;

const placeholder = "<value><int>0</int></value>";
const [beginning = "", ending = ""] = encodeResponse(0).split(placeholder);

/**
 * Returns the text of `encodeResponse`. It writes arrays, also those in structs, item by item, and the event loop runs
 * other work between them, because the package needs more than a second for 10,000 instances.
 *
 * @param turn is called before the second slice and resolves when encoding can continue. The function that it resolves
 * to is called at the end. Default: no wait.
 * @param signal aborts the encoding. Default: none.
 * @throws the errors of `encodeResponse`, and the reason of the signal.
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

/** Yields the element of a value in parts, which are encoded lazily. */
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

/** Tells whether the value is a struct with an array of structs, at any depth. Such an array can be long. */
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

/** Returns the element that the package writes for a value, without the message around it. */
function elementOf(value: unknown): string {
  return encodeResponse(value).slice(beginning.length, -ending.length);
}
