import type { MccError } from "../../../protocol/error";

/**
 * Makes one call.
 *
 * @param encode turns the result into text. It runs while the call still counts as one of its kind, because results can be
 * large.
 * @returns the text.
 * @throws the error of the call.
 */
export type MakeCall = (
  method: string,
  parameters: readonly unknown[],
  encode: (result: unknown) => Promise<string>,
) => Promise<string>;

/** What a protocol needs of a request to answer it. */
export interface Question {
  readonly body: string;
  readonly makeCall: MakeCall;
  /** Returns the error for callers, and logs an unexpected one. */
  readonly answerable: (error: unknown) => MccError;
  /** Waits until a long answer may be written. The function that it resolves to ends that. */
  readonly longAnswer: () => Promise<() => void>;
  /** Aborted when the client hangs up, or its token is revoked. */
  readonly signal: AbortSignal;
}

/** How calls and their answers are written. */
export interface Protocol {
  /** The content type of answers. */
  readonly contentType: string;
  /** The content types that requests may have. The first one is for messages. */
  readonly requestTypes: readonly string[];
  /** Makes the calls of a body. @returns the body of the answer; undefined if there is none. Never throws. */
  readonly answer: (question: Question) => Promise<string | undefined>;
  /** Returns the body that reports an error before a call. */
  readonly refuse: (error: MccError) => string;
}
