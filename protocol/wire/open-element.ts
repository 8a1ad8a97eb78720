import { MessageFlaw } from "./message-flaw";
import type { ElementRule } from "./message-grammar";
import type { MessageTally } from "./message-tally";
import { fits, isFormed, longestFormedText, takesMarkup } from "./message-text";

/** An element that has begun: which rule it keeps to, and how far it is. */
export class OpenElement {
  #slot = 0;
  #count = 0;
  /** The text so far, where it has a form as a whole; of a value, the first part that is more than white space. */
  #text = "";
  #textCharacters = 0;

  constructor(
    readonly name: string,
    readonly rule: ElementRule,
  ) {}

  /** Whether more than white space may come now. */
  get takesText(): boolean {
    return this.rule.text !== undefined && this.#slot === 0 && this.#count === 0;
  }

  /** Whether a CDATA section may come now. */
  get takesCdata(): boolean {
    return this.takesText && this.rule.text !== undefined && takesMarkup(this.rule.text);
  }

  /**
   * Adds a piece of text that it takes, as it is written.
   *
   * @throws MessageFlaw for a piece that no text of its kind has; TooMuch for a name that is too long.
   */
  addText(piece: string, tally: MessageTally): void {
    const kind = this.rule.text ?? "string";
    this.#textCharacters += piece.length;
    if (kind === "name") {
      tally.name(this.#textCharacters);
    } else if (kind === "untyped") {
      this.#text ||= /[^ \t\r\n]/.exec(piece)?.[0] ?? "";
    } else if (isFormed(kind)) {
      this.#text += piece;
      if (this.#textCharacters > longestFormedText) {
        throw new MessageFlaw(`a <${this.name}> has ${longestFormedText} characters at most`);
      }
    } else if (!fits(kind, piece)) {
      throw this.#misfit(piece);
    }
  }

  /** Whether a child of that name may come now; it then counts as come. */
  take(child: string): boolean {
    if (this.#text !== "") {
      return false;
    }
    for (let slot = this.rule.slots[this.#slot]; slot !== undefined; slot = this.rule.slots[this.#slot]) {
      if (slot.names.has(child) && this.#count < slot.most) {
        this.#count += 1;
        return true;
      }
      if (this.#count < slot.least) {
        return false;
      }
      this.#slot += 1;
      this.#count = 0;
    }
    return false;
  }

  /** @throws MessageFlaw when it may not end yet, or its text is none of its kind. */
  end(): void {
    const missing = this.#missing();
    if (missing !== undefined) {
      throw new MessageFlaw(`<${this.name}> has no <${missing}>`);
    }
    if (this.rule.text !== undefined && isFormed(this.rule.text) && !fits(this.rule.text, this.#text)) {
      throw this.#misfit(this.#text);
    }
  }

  #missing(): string | undefined {
    const { slots } = this.rule;
    for (let place = this.#slot; place < slots.length; place += 1) {
      const { least = 0, names = new Set<string>() } = slots[place] ?? {};
      if ((place === this.#slot ? this.#count : 0) < least) {
        return [...names].join(" or ");
      }
    }
    return undefined;
  }

  #misfit(text: string): MessageFlaw {
    return new MessageFlaw(`${JSON.stringify(text.slice(0, 24))} is no ${this.name}`);
  }
}
