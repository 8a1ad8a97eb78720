/** The limits of one message. The number of bytes is limited by the code that reads from the network. */
export interface MessageLimits {
  /** The nesting depth of arrays and structs. */
  readonly depth: number;
  /** The number of values. The grammar allows at most five tags for each value, so this also limits the tags. */
  readonly values: number;
  /** The number of character and entity references. The parser handles each one separately. */
  readonly references: number;
  /** The number of characters in CDATA sections with their marks. The parser needs 32 bytes of memory for each one. */
  readonly cdataCharacters: number;
  /** The number of characters in comments with their marks. */
  readonly commentCharacters: number;
  /** The number of characters in the name of one member or method, before decoding. */
  readonly nameCharacters: number;
}

/** The calls in one message. Limits the duration of a request, because they are made one after another. */
export const mostCalls = 100;

const everyMessage = {
  /** The deepest message of MiniCloud has 6 levels. */
  depth: 32,
  /** A command of `instance.exec` has up to 1 MiB, which the package's own client sends as CDATA. */
  cdataCharacters: 2 * 1024 * 1024,
  commentCharacters: 65_536,
  /** The longest name of MiniCloud has 63 characters. */
  nameCharacters: 4096,
};

/** For comparison: 100 calls have about 2,000 values, and a command of 1 MiB has at most one reference per byte. */
export const callLimits: MessageLimits = { ...everyMessage, values: 50_000, references: 1_200_000 };

/** Enough for 24,000 instances, the most that one host runs, with 60 values and 20 references each. */
export const answerLimits: MessageLimits = { ...everyMessage, values: 1_500_000, references: 5_000_000 };
