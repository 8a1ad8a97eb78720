/** Why a text is not a message that is read here; the message is a reason without a subject or a final point. */
export class MessageFlaw extends Error {
  override readonly name: string = "MessageFlaw";
}

/** A message that holds more than its reader takes; the message continues a sentence: `holds more than 5 values`. */
export class TooMuch extends MessageFlaw {
  override readonly name = "TooMuch";
}
