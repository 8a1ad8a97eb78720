/** What one message may hold. Bytes are limited where messages are read from the network. */
export interface MessageLimits {
  /** Arrays and structs inside each other. */
  readonly depth: number;
  /** With the strict grammar this bounds the tags too: there are five for each value at most. */
  readonly values: number;
  /** Character and entity references, each of which the parser handles by itself. */
  readonly references: number;
  /** Characters inside CDATA sections, their marks included; the parser needs 32 bytes of memory for each. */
  readonly cdataCharacters: number;
  /** Characters inside comments, their marks included. */
  readonly commentCharacters: number;
  /** Characters of one member's or method's name as it is written. */
  readonly nameCharacters: number;
}

const everyMessage = {
  /** The deepest message of ours has 6 levels. */
  depth: 32,
  /** A command of `instance.exec` has 1 MiB, which the package's own client sends as CDATA. */
  cdataCharacters: 2 * 1024 * 1024,
  commentCharacters: 65_536,
  /** The longest name of ours has 63 characters. */
  nameCharacters: 4096,
};

/** A hundred calls in one message have some 2,000 values, and a command of 1 MiB as many references as bytes at most. */
export const callLimits: MessageLimits = { ...everyMessage, values: 50_000, references: 1_200_000 };

/** 24,000 instances, as many as one host runs, with 60 values and 20 references each. */
export const answerLimits: MessageLimits = { ...everyMessage, values: 1_500_000, references: 5_000_000 };
