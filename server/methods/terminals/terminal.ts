import * as z from "zod";
import type { Caller } from "../calls/callable";

const side = z.coerce.number().int().min(1).max(1000);

/** Checks the size of a terminal, in characters. */
export const terminalSizeSchema = z.strictObject({ columns: side, rows: side });
export type TerminalSize = z.output<typeof terminalSizeSchema>;

/** Which terminal to open. */
export const terminalRequestSchema = terminalSizeSchema.extend({
  instance: z.coerce.number().int(),
  /** The `uid` that the instance must have. */
  uid: z.string(),
});
export type TerminalRequest = z.output<typeof terminalRequestSchema>;

/** A shell in an instance, on a terminal. */
export interface Terminal {
  /** Sends what the user types. @throws MccError `exhausted` if the program reads nothing for long. */
  readonly type: (bytes: Buffer) => void;
  readonly resize: (size: TerminalSize) => void;
  /** Ends the shell. */
  readonly close: () => void;
  /** Resolves when it has ended, with a sentence that says why. */
  readonly ended: Promise<string>;
}

/** Opens a terminal. @param show gets its output, and resolves when there is room for more. */
export type OpenTerminal = (
  caller: Caller,
  request: TerminalRequest,
  show: (bytes: Buffer) => Promise<void>,
) => Promise<Terminal>;
