import { printable } from "./printable";

/** One line of a command's result, on standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line beside the result, on standard error, with what it quotes made printable. */
export function note(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}
