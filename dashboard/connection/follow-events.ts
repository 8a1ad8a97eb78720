import { createParser } from "eventsource-parser";
import type { MinicloudEvent } from "../../protocol/types/event";
import type { Calls } from "./calls";

const leastPauseMs = 500;
const mostPauseMs = 10_000;

export interface EventFollower {
  readonly see: (event: MinicloudEvent) => void;
  /** Called after each new connection: events of the time before can be missing. */
  readonly connected: () => void;
  readonly disconnected: () => void;
}

/** Follows the events of the daemon, also over its restarts, until the signal is aborted. */
export async function followEvents(
  calls: Calls,
  follower: EventFollower,
  signal: AbortSignal,
): Promise<void> {
  let after: string | undefined;
  let pauseMs = leastPauseMs;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      const answer = await calls.events(after, signal);
      const parser = createParser({
        onEvent: ({ id, event, data }) => {
          after = id ?? after;
          pauseMs = leastPauseMs;
          if (event === undefined) {
            follower.see(JSON.parse(data) as MinicloudEvent);
          }
        },
      });
      follower.connected();
      for await (const text of textsOf(answer)) {
        parser.feed(text);
      }
    } catch {
      // The pause follows, as after an end by the daemon.
    }
    if (!isOver()) {
      follower.disconnected();
      await pause(pauseMs, signal);
      pauseMs = Math.min(mostPauseMs, pauseMs * 2);
    }
  }
}

async function* textsOf({ body }: Response): AsyncGenerator<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) {
      return;
    }
    yield part.value;
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
