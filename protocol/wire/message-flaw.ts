/** Thrown for a text that is not a valid message. Its `message` is a clause without a final point. */
export class MessageFlaw extends Error {
  override readonly name: string = "MessageFlaw";
}

/** Thrown for a message that exceeds a limit. Its `message` continues a sentence: `contains more than 5 values`. */
export class TooMuch extends MessageFlaw {
  override readonly name = "TooMuch";
}
