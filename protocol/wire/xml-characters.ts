import { MccError } from "../error";

/** Matches characters that XML 1.0 forbids, even as character references, and lone surrogates. */
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Cs}]/u;
const allForbidden = new RegExp(forbidden, "gu");

/** Returns external text, such as an engine's output, with every character that XML forbids replaced by U+FFFD. */
export function toSendable(text: string): string {
  return text.replace(allForbidden, "\ufffd");
}

/** Tells whether XML allows all characters of the text. */
export function isSendable(text: string): boolean {
  return !forbidden.test(text);
}

/** Checks a text. @throws MccError `invalid` that names the first character that XML forbids. */
export function refuseUnsendable(text: string): void {
  const [character] = forbidden.exec(text) ?? [];
  if (character !== undefined) {
    throw unsendable(character.charCodeAt(0));
  }
}

/** Creates the error for a forbidden character. @param code the code of the character. */
export function unsendable(code: number): MccError {
  const name = code.toString(16).toUpperCase().padStart(4, "0");
  return new MccError("invalid", `A text contains the character U+${name}, which XML forbids; remove it.`);
}
