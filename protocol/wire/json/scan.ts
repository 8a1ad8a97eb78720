import { setImmediate } from "node:timers/promises";
import { TooMuch } from "../message-flaw";
import type { MessageLimits } from "../message-limits";

/** The number of characters to scan before the event loop runs other work. */
const sliceLength = 1_048_576;

/** Matches the characters that give JSON its structure. Each value but the first follows one of them. */
const structure = /["[\]{},:]/g;

/**
 * Counts the values and levels of a JSON text before `JSON.parse` reads it, which would block the event loop for half a
 * second for 16 MiB of brackets. It works in slices, and the event loop runs between them. It does not check the grammar.
 *
 * @throws TooMuch if the text exceeds a limit.
 */
export async function checkJsonSize(
  text: string,
  { depth, values }: Pick<MessageLimits, "depth" | "values">,
): Promise<void> {
  let level = 0;
  let count = 0;
  let sliceEnd = sliceLength;
  structure.lastIndex = 0;
  let at = nextMark(text, 0);
  while (at !== -1) {
    const mark = text[at];
    level += Number(mark === "[" || mark === "{") - Number(mark === "]" || mark === "}");
    count += Number(mark === "," || mark === "[" || mark === "{" || mark === ":");
    if (level > depth) {
      throw new TooMuch(`nests more than ${depth} arrays and objects`);
    }
    if (count > 2 * values) {
      throw new TooMuch(`contains more than ${values} values`);
    }
    at = nextMark(text, mark === '"' ? endOfString(text, at) : at + 1);
    if (at > sliceEnd) {
      sliceEnd = at + sliceLength;
      await setImmediate();
    }
  }
}

function nextMark(text: string, from: number): number {
  structure.lastIndex = from;
  return structure.exec(text)?.index ?? -1;
}

/** Returns the position after the string that begins at a quotation mark, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end === -1 ? text.length : end + 1;
}

/** Tells whether an odd number of backslashes precedes a position. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === "\\") {
    first -= 1;
  }
  return (at - first) % 2 === 1;
}
