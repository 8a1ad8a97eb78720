import type { IncomingMessage } from "node:http";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { MccError } from "../../protocol/error";
import { eventSchema } from "../../protocol/methods/event";
import type { EventFilter, MinicloudEvent } from "../../protocol/types/event";
import type { Client } from "../client";
import { outlastRestarts } from "./outlast-restarts";

/** The daemon sends something every 15 seconds. */
const silenceMs = 45_000;

/** Before the next connection after a lost one. */
const pauseMs = 500;

/** Contains options of {@link followEvents}. */
export interface FollowOptions {
  /** The id of an event. The first results are those after it. Default: only what happens from now on. */
  readonly after?: string | undefined;
  /** Ends the wait for events, which then throws its reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Is called when the daemon is there and sends events: at first, and after each restart. Default: nothing is. */
  readonly onOpen?: (() => void) | undefined;
}

/**
 * Follows what happens to instances and fleets, until the loop over it ends. It outlasts restarts of the daemon of up to 60
 * seconds; an event of the kind `missed` tells that events were lost.
 *
 * @param client the client of the daemon.
 * @param filter which events. Default: all that the caller may see.
 * @param options where to start, and what ends it.
 * @throws MccError `invalid` for a daemon that is too old, or a wrong filter; `unauthenticated` when the token is no longer
 * valid; ConnectionError if the daemon does not come back.
 */
export async function* followEvents(
  client: Client,
  filter: EventFilter = {},
  { after, signal, onOpen = () => undefined }: FollowOptions = {},
): AsyncGenerator<MinicloudEvent, never, undefined> {
  await requireEvents(client);
  const end = new AbortController();
  const ended = signal === undefined ? end.signal : AbortSignal.any([signal, end.signal]);
  let lastId = after;
  try {
    for (;;) {
      const path = `/events?${queryOf(filter, lastId).toString()}`;
      const stream = await outlastRestarts(client, true, undefined, () =>
        client.open(path, { silenceMs, signal: ended }),
      );
      onOpen();
      for await (const { id, event, data } of messagesOf(stream, ended)) {
        lastId = id ?? lastId;
        if (event === undefined) {
          yield eventSchema.parse(JSON.parse(data));
        }
      }
      await client.time.pause(pauseMs);
    }
  } finally {
    end.abort();
  }
}

/**
 * Refuses a daemon that reports no events.
 *
 * @internal
 * @throws MccError `invalid`.
 */
export async function requireEvents(client: Client): Promise<void> {
  if (!(await client.can("events"))) {
    throw new MccError(
      "invalid",
      `The daemon at ${client.server} is too old to report events; update the daemon.`,
    );
  }
}

/** Returns the messages of a stream until its connection ends, however that happens. @throws the signal's reason. */
async function* messagesOf(
  stream: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  stream.setEncoding("utf8");
  try {
    for await (const text of stream as AsyncIterable<string>) {
      parser.feed(text);
      yield* messages.splice(0);
    }
  } catch {
    // The connection was lost: the next one continues after the last event.
    signal.throwIfAborted();
  }
}

function queryOf({ instance, fleet, kinds = [], labels = {} }: EventFilter, after?: string): URLSearchParams {
  const pair = (name: string, value: string): [string, string] => [name, value];
  const pairs = [
    ...(instance === undefined ? [] : [pair("instance", String(instance))]),
    ...(fleet === undefined ? [] : [pair("fleet", fleet)]),
    ...kinds.map((kind) => pair("kind", kind)),
    ...Object.entries(labels).map(([key, value]) => pair("label", `${key}=${value}`)),
    ...(after === undefined ? [] : [pair("after", after)]),
  ];
  return new URLSearchParams(pairs);
}
