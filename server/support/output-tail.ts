import { toSendable } from "../../protocol/wire/codec";

const mostLines = 5;
const mostCharacters = 600;

/** Returns the last lines of a program's output in an instance as one line, for messages; empty without output. */
export function lastWords(output: string): string {
  const words = toSendable(output)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-mostLines)
    .join("; ");
  return words.length > mostCharacters ? `…${words.slice(-mostCharacters)}` : words;
}
