import { MessageFlaw } from "./message-flaw";
import { elementRules, type MessageRoot } from "./message-grammar";
import type { MessageLimits } from "./message-limits";
import { MessageTally } from "./message-tally";
import { checkText, textPiece } from "./message-text";
import { OpenElement } from "./open-element";
import { refuseUnsendable } from "./xml-characters";

const longestDeclaration = 256;
const longestRootTag = 1024;

const declaration =
  /^<\?xml(?:[ \t\r\n]+[a-z]+[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z0-9._-]*"|'[A-Za-z0-9._-]*'))+[ \t\r\n]*\?>/;
/** Matches the name of a closing tag, or the name of an opening tag and the `/` of an empty element. */
const tag =
  /<(?:\/([A-Za-z][A-Za-z0-9.]{0,24})[ \t\r\n]{0,16}|([A-Za-z][A-Za-z0-9.]{0,24})[ \t\r\n]{0,16}(\/?))>/y;
/** Matches a root tag with attributes: Apache's programs declare a namespace here. Other elements have none. */
const rootTag =
  /^<(method[A-Za-z]+)(?:[ \t\r\n]+[A-Za-z_:][\w:.-]*[ \t\r\n]*=[ \t\r\n]*(?:"[^"<&]*"|'[^'<&]*'))+[ \t\r\n]*>/;

/**
 * Scans a message before the parser of the `xmlrpc` package reads it, and refuses everything that is not XML-RPC:
 * unknown or misplaced elements, document types, processing instructions, attributes (except namespaces of the root
 * element), unknown entities, characters that XML forbids, invalid numbers, and messages that exceed the limits.
 * Decodes nothing.
 */
export class MessageScan {
  #at: number;
  #rooted = false;
  readonly #tally: MessageTally;
  readonly #open: OpenElement[] = [];

  constructor(
    private readonly xml: string,
    private readonly root: MessageRoot,
    private readonly limits: MessageLimits,
  ) {
    this.#tally = new MessageTally(limits);
    this.#at = /^\ufeff?[ \t\r\n]{0,64}/.exec(xml)?.[0].length ?? 0;
    this.#at += declaration.exec(xml.slice(this.#at, this.#at + longestDeclaration))?.[0].length ?? 0;
  }

  /**
   * Scans about the given number of characters. It scans more only to finish a tag, a comment or a CDATA section.
   *
   * @returns true at the end of the message.
   * @throws MessageFlaw if it is not an XML-RPC message of this kind, or exceeds a limit.
   * @throws MccError `invalid` for a character that XML forbids.
   */
  advance(characters: number): boolean {
    const pause = Math.min(this.#at + characters, this.xml.length);
    while (this.#at < pause) {
      if (this.xml.charCodeAt(this.#at) !== 0x3c) {
        this.#text();
      } else if (this.xml.charCodeAt(this.#at + 1) !== 0x21) {
        this.#tag();
      } else if (this.xml.startsWith("<!--", this.#at)) {
        this.#comment();
      } else if (this.xml.startsWith("<![CDATA[", this.#at)) {
        this.#cdata();
      } else {
        throw new MessageFlaw("it has a document type, which XML-RPC does not allow");
      }
    }
    if (this.#at < this.xml.length) {
      return false;
    }
    const element = this.#open.at(-1);
    if (element !== undefined) {
      throw new MessageFlaw(`it ends inside of <${element.name}>`);
    }
    if (!this.#rooted) {
      throw new MessageFlaw(`it has no <${this.root}>`);
    }
    return true;
  }

  #text(): void {
    const piece = textPiece(this.xml, this.#at);
    this.#at += piece.length;
    const element = this.#open.at(-1);
    if (element?.takesText === true) {
      this.#tally.add("references", checkText(piece));
      element.addText(piece, this.#tally);
    } else if (/[^ \t\r\n]/.test(piece)) {
      throw new MessageFlaw(`there is text ${element === undefined ? "outside of" : "between"} its elements`);
    }
  }

  #comment(): void {
    const comment = this.#upTo("-->", "commentCharacters", "a comment");
    if (comment.indexOf("--", "<!--".length) < comment.length - "-->".length) {
      throw new MessageFlaw('a comment has "--" in it');
    }
  }

  #cdata(): void {
    const element = this.#open.at(-1);
    if (element?.takesCdata !== true) {
      throw new MessageFlaw("there is a CDATA section where no text is allowed");
    }
    element.addText(this.#upTo("]]>", "cdataCharacters", "a CDATA section"), this.#tally);
  }

  /** Reads the comment or section at the current position, with its marks. */
  #upTo(mark: string, counted: "cdataCharacters" | "commentCharacters", what: string): string {
    const rest = this.xml.slice(this.#at, this.#at + this.limits[counted] + 1);
    // Starts after "<!--", which contains a part of the mark.
    const end = rest.indexOf(mark, "<!--".length);
    const whole = rest.slice(0, end === -1 ? rest.length : end + mark.length);
    this.#tally.add(counted, whole.length);
    if (end === -1) {
      throw new MessageFlaw(`${what} does not end`);
    }
    refuseUnsendable(whole);
    this.#at += whole.length;
    return whole;
  }

  #tag(): void {
    tag.lastIndex = this.#at;
    const match = tag.exec(this.xml);
    if (match === null) {
      this.#tagWithAttributes();
      return;
    }
    const [whole, closed, begun = closed ?? "", empty] = match;
    if (closed === undefined) {
      this.#begin(begun);
    }
    if (closed !== undefined || empty !== "") {
      this.#end(begun);
    }
    this.#at += whole.length;
  }

  #tagWithAttributes(): void {
    const written = this.xml.slice(this.#at, this.#at + longestRootTag);
    const [whole, name = ""] = (this.#rooted ? null : rootTag.exec(written)) ?? [];
    if (whole === undefined) {
      throw new MessageFlaw(`${JSON.stringify(written.slice(0, 24))} does not start with a tag of XML-RPC`);
    }
    refuseUnsendable(whole);
    this.#begin(name);
    this.#at += whole.length;
  }

  #begin(name: string): void {
    const parent = this.#open.at(-1);
    const rule = elementRules.get(name);
    if (rule === undefined || !this.#fitsInto(parent, name)) {
      const place = parent === undefined ? `where <${this.root}> belongs` : `inside of <${parent.name}>`;
      throw new MessageFlaw(`there is <${name}> ${place}`);
    }
    this.#rooted = true;
    if (name === "value") {
      this.#tally.add("values", 1);
    } else if (name === "array" || name === "struct") {
      this.#tally.enter();
    }
    this.#open.push(new OpenElement(name, rule));
  }

  #fitsInto(parent: OpenElement | undefined, name: string): boolean {
    return parent === undefined ? !this.#rooted && name === this.root : parent.take(name);
  }

  #end(name: string): void {
    const element = this.#open.pop();
    if (element?.name !== name) {
      throw new MessageFlaw(
        `there is </${name}> ${element === undefined ? "outside" : `inside of <${element.name}>`}`,
      );
    }
    element.end();
    if (name === "array" || name === "struct") {
      this.#tally.leave();
    }
  }
}
