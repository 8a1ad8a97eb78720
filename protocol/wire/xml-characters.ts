import { MccError } from "../error";

/** Everything that no XML 1.0 document can carry, not even as a character reference; lone surrogates included. */
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Cs}]/u;
const allForbidden = new RegExp(forbidden, "gu");

/** Text from outside (an engine's output, a file) with every character that XML cannot carry replaced by U+FFFD. */
export function toSendable(text: string): string {
  return text.replace(allForbidden, "\ufffd");
}

/** Whether the text can travel in an XML document. */
export function isSendable(text: string): boolean {
  return !forbidden.test(text);
}

/** @throws MccError `invalid` that names the first character that XML cannot carry. */
export function refuseUnsendable(text: string): void {
  const [character] = forbidden.exec(text) ?? [];
  if (character !== undefined) {
    throw unsendable(character.charCodeAt(0));
  }
}

/** @param code of a character that XML cannot carry. */
export function unsendable(code: number): MccError {
  const name = code.toString(16).toUpperCase().padStart(4, "0");
  return new MccError("invalid", `A text has the character U+${name}, which XML cannot carry; leave it out.`);
}
