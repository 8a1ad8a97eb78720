import { createInterface } from "node:readline";
import { MccError } from "../../protocol/error";
import type { Io } from "../io";
import { printable } from "../output/printable";

/**
 * Asks the user at the terminal. Any answer other than yes means no, also the end of input and Ctrl-C.
 *
 * @param otherwise how to run the command without confirmation, for the error message.
 * @throws MccError `invalid` without a terminal.
 */
export async function confirm(io: Io, question: string, otherwise: string): Promise<boolean> {
  const { stdin, stderr } = io;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new MccError(
      "invalid",
      `There is no terminal to ask for confirmation: "${question}"; ${otherwise}.`,
    );
  }
  const terminal = createInterface({ input: stdin, output: stderr });
  const answer = await new Promise<string>((resolve) => {
    const giveUp = (): void => {
      // After the end of input or Ctrl-C, the cursor is still behind the question.
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
