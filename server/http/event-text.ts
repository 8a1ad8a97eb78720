import type { MinicloudEvent } from "../../protocol/methods/event";

/** Returns an event in the format of server-sent events: its id, and the event as one line of JSON. */
export function eventText(event: MinicloudEvent): string {
  return `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`;
}

/**
 * Returns a message that is no event: its name keeps it from those who do not know it. With its id, a client can ask for all
 * that comes after, also if it has seen no event yet.
 */
export function caughtUpText(lastId: string): string {
  return `event: caughtUp\nid: ${lastId}\ndata: {}\n\n`;
}
