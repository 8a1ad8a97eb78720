import { setImmediate } from "node:timers/promises";
import type { MessageRoot } from "./message-grammar";
import type { MessageLimits } from "./message-limits";
import { MessageScan } from "./message-scan";

/** Characters that are looked at before others get their turn on the event loop. */
const sliceLength = 262_144;

/**
 * Makes sure of a whole message that the parser can have it, in slices between which the event loop is free.
 *
 * @throws MessageFlaw for what is no XML-RPC message of this kind, or holds more than a limit allows.
 * @throws MccError `invalid` for a character that XML cannot carry.
 */
export async function checkMessage(xml: string, root: MessageRoot, limits: MessageLimits): Promise<void> {
  const scan = new MessageScan(xml, root, limits);
  while (!scan.advance(sliceLength)) {
    await setImmediate();
  }
}
