import { MccError } from "../../../protocol/error";

/** Limits the memory, because all results are kept until the last call has ended. */
const mostResultCharacters = 32 * 1024 * 1024;

/** What the results of one request's calls may take together. */
export class CallBudget {
  #characters = 0;

  /** @throws MccError `exhausted` if the previous results are too long for one more call. */
  require(method: string): void {
    if (this.#characters > mostResultCharacters) {
      throw new MccError(
        "exhausted",
        `${method} was not called: the results of the previous calls are too long together; call it separately.`,
      );
    }
  }

  /** Counts a result. @param characters its length as text. */
  spend(characters: number): void {
    this.#characters += characters;
  }
}
