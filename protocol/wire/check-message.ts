import { setImmediate } from "node:timers/promises";
import type { MessageRoot } from "./message-grammar";
import type { MessageLimits } from "./message-limits";
import { MessageScan } from "./message-scan";

/** The number of characters to scan before the event loop runs other work. */
const sliceLength = 262_144;

/**
 * Checks a complete message before the parser reads it. It works in slices, and the event loop runs between them.
 *
 * @throws MessageFlaw if it is not an XML-RPC message of this kind, or exceeds a limit.
 * @throws MccError `invalid` for a character that XML forbids.
 */
export async function checkMessage(xml: string, root: MessageRoot, limits: MessageLimits): Promise<void> {
  const scan = new MessageScan(xml, root, limits);
  while (!scan.advance(sliceLength)) {
    await setImmediate();
  }
}
