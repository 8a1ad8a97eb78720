import { toSendable } from "../../protocol/wire/codec";

const mostLines = 5;
const mostCharacters = 600;

/** The end of what a program in an instance wrote, on one line, for messages; empty for a program that wrote nothing. */
export function lastWords(output: string): string {
  const words = toSendable(output)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-mostLines)
    .join("; ");
  return words.length > mostCharacters ? `…${words.slice(-mostCharacters)}` : words;
}
