import { MessageFlaw } from "./message-flaw";
import type { ElementRule } from "./message-grammar";
import type { MessageTally } from "./message-tally";
import { fits, isFormed, longestFormedText, takesMarkup } from "./message-text";

/** Checks the content of an element, from its opening tag to its closing tag, against the rule of the element. */
export class OpenElement {
  #slot = 0;
  #count = 0;
  /** The text so far, if it is matched as a whole. For a `<value>`, the first character that is not white space. */
  #text = "";
  #textCharacters = 0;

  constructor(
    readonly name: string,
    readonly rule: ElementRule,
  ) {}

  /** Tells whether text other than white space is allowed here. */
  get takesText(): boolean {
    return this.rule.text !== undefined && this.#slot === 0 && this.#count === 0;
  }

  /** Tells whether a CDATA section is allowed here. */
  get takesCdata(): boolean {
    return this.takesText && this.rule.text !== undefined && takesMarkup(this.rule.text);
  }

  /**
   * Adds a piece of text, before decoding.
   *
   * @throws MessageFlaw if the piece does not match the kind of text; TooMuch if a name is too long.
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
        throw new MessageFlaw(`a <${this.name}> has at most ${longestFormedText} characters`);
      }
    } else if (!fits(kind, piece)) {
      throw this.#misfit(piece);
    }
  }

  /** Adds a child of this name. @returns false if it is not allowed here. */
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

  /** Ends the element. @throws MessageFlaw if a child is missing, or the text does not match its kind. */
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
    return new MessageFlaw(`${JSON.stringify(text.slice(0, 24))} is not a valid ${this.name}`);
  }
}
