import { toSendable } from "../../../../protocol/wire/codec";

/** The message that vzctl prints for every command on a kernel that is not OpenVZ's. */
const empty = /^Directory \/proc\/vz not found, assuming non-OpenVZ kernel$/;
const mostLines = 4;
const mostCharacters = 600;

/** Returns the error message of an OpenVZ command as one line: its standard error, or else its standard output. */
export function engineWords(stdout: string, stderr: string): string {
  const words = linesOf(stderr) || linesOf(stdout);
  return words.length > mostCharacters ? `${words.slice(0, mostCharacters)}…` : words;
}

function linesOf(text: string): string {
  const lines = toSendable(text)
    .split(/[\n\r]/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !empty.test(line));
  return lines.slice(-mostLines).join("; ").replace(/\.$/, "");
}
