import { MessageFlaw } from "./message-flaw";
import type { TextKind } from "./message-grammar";
import { isSendable, refuseUnsendable, unsendable } from "./xml-characters";

interface TextForm {
  /** Matches every piece of a text of any length. */
  readonly pieces?: RegExp;
  /** Matches the complete text, which must be short. */
  readonly whole?: RegExp;
}

/** The limit of a text that is matched as a whole. A double can have 309 digits before its point. */
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

/** Tells whether the kind needs the complete text for a match. */
export function isFormed(kind: TextKind): boolean {
  return forms[kind].whole !== undefined;
}

/** Tells whether a text of this kind can contain references and CDATA sections. */
export function takesMarkup(kind: TextKind): boolean {
  return forms[kind].whole === undefined && forms[kind].pieces === undefined;
}

/** Tells whether a complete text, or a piece of a text that is matched in pieces, matches its kind. */
export function fits(kind: TextKind, text: string): boolean {
  const { whole, pieces } = forms[kind];
  return whole?.test(text) ?? pieces?.test(text) ?? true;
}

const reference = /&(?:(?:amp|lt|gt|quot|apos)|#(\d{1,10})|#x([0-9A-Fa-f]{1,10}));/y;
/** The length of the longest valid reference. */
const longestReference = "&#x0000000000;".length;

/** The maximum number of characters in one piece of text. */
const pieceLength = 65_536;

/** Returns the text from a position to the next tag, or at most one piece. Never splits a reference or a character. */
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
 * Checks the characters and references of a piece of text. All references in it must be complete.
 *
 * @returns the number of references.
 * @throws MccError `invalid` for a character that XML forbids, also as a reference.
 * @throws MessageFlaw for an entity that XML itself does not define, or a code point above U+10FFFF.
 */
export function checkText(piece: string): number {
  refuseUnsendable(piece);
  let count = 0;
  for (let at = piece.indexOf("&"); at !== -1; at = piece.indexOf("&", reference.lastIndex)) {
    reference.lastIndex = at;
    const match = reference.exec(piece);
    if (match === null) {
      const words = JSON.stringify(piece.slice(at, at + longestReference));
      throw new MessageFlaw(`${words} does not start with a reference that XML defines`);
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

/** Refuses code points above U+10FFFF, for which the package's `String.fromCodePoint` throws outside of callbacks. */
function refuseCode(code: number, written: string): void {
  if (code > 0x10ffff) {
    throw new MessageFlaw(`"${written}" is not a character`);
  }
  if (!isSendable(String.fromCodePoint(code))) {
    throw unsendable(code);
  }
}
