import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { MccError } from "../protocol/error";

/**
 * Asks the person at the terminal; anything but yes is no.
 *
 * @param otherwise how to do without being asked, for where nobody is there.
 * @throws MccError `invalid` where nobody can answer.
 */
export async function confirm(question: string, otherwise: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new MccError("invalid", `There is no terminal to ask at: "${question}"; ${otherwise}.`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = once(terminal, "close").then(() => "");
  const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
