import { TooMuch } from "./message-flaw";
import type { MessageLimits } from "./message-limits";

type Counted = Exclude<keyof MessageLimits, "depth" | "nameCharacters">;

const words: Readonly<Record<Counted, string>> = {
  values: "values",
  references: "character and entity references",
  cdataCharacters: "characters in CDATA sections",
  commentCharacters: "characters in comments",
};

/** Counts the contents of a message. Every method throws TooMuch as soon as a limit is exceeded. */
export class MessageTally {
  readonly #counts: Record<Counted, number> = {
    values: 0,
    references: 0,
    cdataCharacters: 0,
    commentCharacters: 0,
  };
  #depth = 0;

  constructor(readonly limits: MessageLimits) {}

  add(counted: Counted, count: number): void {
    this.#counts[counted] += count;
    atMost(this.limits[counted], this.#counts[counted], words[counted]);
  }

  /** Checks the length of a name. @param characters the number of characters so far. */
  name(characters: number): void {
    atMost(this.limits.nameCharacters, characters, "characters in one name");
  }

  /** Counts the start of an array or a struct. */
  enter(): void {
    this.#depth += 1;
    if (this.#depth > this.limits.depth) {
      throw new TooMuch(`nests more than ${this.limits.depth} arrays and structs`);
    }
  }

  /** Counts the end of an array or a struct. */
  leave(): void {
    this.#depth -= 1;
  }
}

function atMost(limit: number, count: number, what: string): void {
  if (count > limit) {
    throw new TooMuch(`contains more than ${limit} ${what}`);
  }
}
