import { TooMuch } from "./message-flaw";
import type { MessageLimits } from "./message-limits";

type Counted = Exclude<keyof MessageLimits, "depth" | "nameCharacters">;

const words: Readonly<Record<Counted, string>> = {
  values: "values",
  references: "character and entity references",
  cdataCharacters: "characters in CDATA sections",
  commentCharacters: "characters in comments",
};

/** Counts what a message holds. Every method throws TooMuch as soon as it is more than the limits allow. */
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

  /** @param characters of one name so far. */
  name(characters: number): void {
    atMost(this.limits.nameCharacters, characters, "characters in one name");
  }

  /** An array or a struct begins. */
  enter(): void {
    this.#depth += 1;
    if (this.#depth > this.limits.depth) {
      throw new TooMuch(`nests more than ${this.limits.depth} arrays and structs`);
    }
  }

  /** An array or a struct ends. */
  leave(): void {
    this.#depth -= 1;
  }
}

function atMost(limit: number, count: number, what: string): void {
  if (count > limit) {
    throw new TooMuch(`holds more than ${limit} ${what}`);
  }
}
