import { createInterface } from "node:readline";
import { MccError } from "../../protocol/error";
import type { Io } from "../io";
import { printable } from "../output/printable";

/**
 * Asks the person at the terminal; anything but yes is no, the end of input and Ctrl-C included.
 *
 * @param otherwise how to do without being asked, for where nobody is there.
 * @throws MccError `invalid` where nobody can answer.
 */
export async function confirm(io: Io, question: string, otherwise: string): Promise<boolean> {
  const { stdin, stderr } = io;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new MccError("invalid", `There is no terminal to ask at: "${question}"; ${otherwise}.`);
  }
  const terminal = createInterface({ input: stdin, output: stderr });
  const answer = await new Promise<string>((resolve) => {
    const giveUp = (): void => {
      // Who ends the input or interrupts has not ended the line.
      stderr.write("\n");
      resolve("");
    };
    terminal.once("close", giveUp);
    terminal.question(`${printable(question)} [y/N] `, (text) => {
      terminal.off("close", giveUp);
      resolve(text);
    });
  });
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
