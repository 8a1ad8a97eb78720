import { MessageFlaw } from "./message-flaw";
import type { TextKind } from "./message-grammar";
import { isSendable, refuseUnsendable, unsendable } from "./xml-characters";

interface TextForm {
  /** What every piece of the text is made of, however long the text is. */
  readonly pieces?: RegExp;
  /** What the whole text is, for a text that is short. */
  readonly whole?: RegExp;
}

/** The longest text that has a form as a whole. A double can have 309 digits before its point. */
export const longestFormedText = 400;

const forms: Readonly<Record<TextKind, TextForm>> = {
  untyped: {},
  string: {},
  name: {},
  base64: { pieces: /^[A-Za-z0-9+/= \t\r\n]*$/ },
  boolean: { whole: /^[01]$/ },
  integer: { whole: /^[ \t\r\n]*[-+]?\d+[ \t\r\n]*$/ },
  double: { whole: /^[ \t\r\n]*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?[ \t\r\n]*$/ },
  dateTime: { whole: /^\d{4}-?\d\d-?\d\d(T\d\d(:?\d\d(:?\d\d(\.\d+)?)?)?(Z|[-+]\d\d(:?\d\d)?)?)?$/ },
};

/** Whether the whole text has to be kept to be judged. */
export function isFormed(kind: TextKind): boolean {
  return forms[kind].whole !== undefined;
}

/** Whether a text of this kind may have references and CDATA sections in it. */
export function takesMarkup(kind: TextKind): boolean {
  return forms[kind].whole === undefined && forms[kind].pieces === undefined;
}

/** Whether a whole text, or a piece of one that has no form as a whole, is one of its kind. */
export function fits(kind: TextKind, text: string): boolean {
  const { whole, pieces } = forms[kind];
  return whole?.test(text) ?? pieces?.test(text) ?? true;
}

const reference = /&(?:(?:amp|lt|gt|quot|apos)|#(\d{1,10})|#x([0-9A-Fa-f]{1,10}));/y;
/** The longest reference that is taken. */
const longestReference = "&#x0000000000;".length;

/** Characters of a text that are looked at as one piece. */
const pieceLength = 65_536;

/** The text of a message from a place on, up to the next mark or a piece's length, with nothing cut in two. */
export function textPiece(xml: string, at: number): string {
  const longest = xml.slice(at, at + pieceLength);
  const mark = longest.indexOf("<");
  if (mark !== -1) {
    return longest.slice(0, mark);
  }
  if (at + longest.length === xml.length) {
    return longest;
  }
  const reference = longest.lastIndexOf("&");
  if (reference > 0 && reference > longest.length - longestReference) {
    return longest.slice(0, reference);
  }
  return /[\ud800-\udbff]$/.test(longest) ? longest.slice(0, -1) : longest;
}

/**
 * Looks at characters and references of a piece of text, in which every reference is whole.
 *
 * @returns how many references it has.
 * @throws MccError `invalid` for a character that XML cannot carry, as it is or as a reference.
 * @throws MessageFlaw for an entity that XML itself does not define, or a code point past U+10FFFF.
 */
export function checkText(piece: string): number {
  refuseUnsendable(piece);
  let count = 0;
  for (let at = piece.indexOf("&"); at !== -1; at = piece.indexOf("&", reference.lastIndex)) {
    reference.lastIndex = at;
    const match = reference.exec(piece);
    if (match === null) {
      const words = JSON.stringify(piece.slice(at, at + longestReference));
      throw new MessageFlaw(`${words} does not begin with a reference that XML defines`);
    }
    const [written, decimal, hexadecimal] = match;
    if (decimal !== undefined) {
      refuseCode(Number(decimal), written);
    } else if (hexadecimal !== undefined) {
      refuseCode(Number.parseInt(hexadecimal, 16), written);
    }
    count += 1;
  }
  return count;
}

/** The package passes every code point to `String.fromCodePoint`, which throws outside of all callbacks past U+10FFFF. */
function refuseCode(code: number, written: string): void {
  if (code > 0x10ffff) {
    throw new MessageFlaw(`"${written}" stands for no character`);
  }
  if (!isSendable(String.fromCodePoint(code))) {
    throw unsendable(code);
  }
}
