import { MccError } from "../../../../../protocol/error";
import { ResidentProgram } from "../../commands/resident";

/** `nft` repeats the line of a command that it does not understand. */
const markOf = (number: number): string => `minicloud-done-${number}`;
/** A line with more is left to a process of its own: more than a hundred claims at once. */
const mostCharacters = 65_536;

/** Changes the sets of the firewall by one `nft` process, because a claim waits for the change. */
export class SetChanges {
  readonly #nft: ResidentProgram;

  constructor(timeoutMs: number) {
    this.#nft = new ResidentProgram(
      {
        program: "nft",
        words: ["--interactive"],
        answersOn: "stderr",
        mark: markOf,
        isMark: (line, number) => line.includes(markOf(number)),
      },
      timeoutMs,
    );
  }

  /** Whether a change is short enough. */
  accepts(text: string): boolean {
    return text.length <= mostCharacters;
  }

  /** Makes all changes or none. @param text lines in the language of nft. @throws MccError `engine`, `timeout`. */
  async run(text: string): Promise<void> {
    const said = await this.#nft.run(text.trim().replaceAll("\n", "; "));
    // The last lines say that the mark is no command.
    const refusals = said.filter((line) => line.startsWith("Error:") && !line.includes("syntax error"));
    if (refusals.length > 0) {
      throw new MccError("engine", `nft refused a change of the firewall's sets: ${refusals.join(" ")}.`);
    }
  }

  /** Resolves once the process has ended. */
  async close(): Promise<void> {
    await this.#nft.close();
  }
}
