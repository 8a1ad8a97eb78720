import type { NewAccessToken } from "../../protocol/types/access-token";
import type { Io } from "../io";
import { flag } from "../parameters/values";

/** Prints a new token as JSON, in place of its text alone. */
export const tokenJson = { syntax: "--json", help: "print all fields as JSON", value: flag } as const;

/**
 * Prints the text of a token on standard output, for a variable or a file, and what it is on standard error.
 *
 * @param done what was done: `added`.
 */
export function printNewToken(io: Io, token: NewAccessToken, json: boolean, done: string): void {
  if (json) {
    io.print(JSON.stringify(token, undefined, 2));
    return;
  }
  const { name, role, expiresAt, previousUntil } = token;
  const expiry = expiresAt === undefined ? "never expires" : `expires at ${expiresAt}`;
  const previous =
    previousUntil === undefined ? "" : ` The previous text is accepted until ${previousUntil}.`;
  io.note(`${name} ${done}: role ${role}, ${expiry}.${previous} Keep this text; it is not shown again:`);
  io.print(token.token);
}
