import type { WebSocket } from "ws";
import type { Api } from "../api/api";
import { eventSchema } from "../api/types";

/** How long the stream may be silent until the answer to a ping is due, and then until it counts as dead. */
const pingMs = 10_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** The actions after which an instance differs, with whether it may have stopped. Others, such as an exec, change nothing here. */
const actions: Readonly<Record<string, boolean>> = {
  "instance-created": false,
  "instance-started": false,
  "instance-restarted": false,
  "instance-updated": false,
  "instance-renamed": false,
  "instance-resumed": false,
  "instance-stopped": true,
  "instance-shutdown": true,
  "instance-deleted": true,
};

export interface InstanceChange {
  readonly name: string;
  readonly mayHaveStopped: boolean;
}

export interface EventListener {
  /** The stream is open. The engine repeats no event, so what happened before must be looked up. */
  readonly onOpen: () => void;
  /** An instance changed. */
  readonly onInstance: (change: InstanceChange) => void;
  /** The stream is lost. It is opened again, at the next member if this one does not answer. */
  readonly onLost: (reason: string) => void;
}

/** The events of the instances of a project, on all members of the cluster. */
export class Events {
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = firstPauseMs;
  #ended = false;

  constructor(
    private readonly api: Api,
    private readonly listener: EventListener,
  ) {}

  start(): void {
    void this.#open();
  }

  /** Opens the stream again, because it misses events. */
  reopen(): void {
    this.#socket?.terminate();
  }

  stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  async #open(): Promise<void> {
    try {
      const socket = await this.api.webSocket("/1.0/events", { type: "lifecycle" }, pingMs);
      if (this.#ended) {
        socket.terminate();
        return;
      }
      this.#listen(socket);
    } catch (error) {
      this.#later(error instanceof Error ? error.message : String(error));
    }
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    let isAlive = true;
    const pings = setInterval(() => {
      if (!isAlive) {
        socket.terminate();
        return;
      }
      isAlive = false;
      socket.ping();
    }, pingMs).unref();
    socket.on("pong", () => {
      isAlive = true;
    });
    socket.on("message", (data: Buffer) => {
      isAlive = true;
      this.#take(data);
    });
    socket.once("close", (code: number) => {
      clearInterval(pings);
      this.#later(`the stream of events was closed (${code})`);
    });
    socket.resume();
    this.#pauseMs = firstPauseMs;
    this.listener.onOpen();
  }

  #later(reason: string): void {
    if (this.#ended) {
      return;
    }
    this.listener.onLost(reason);
    this.#timer = setTimeout(() => void this.#open(), this.#pauseMs).unref();
    this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
  }

  #take(data: Buffer): void {
    const change = changeOf(data.toString("utf8"));
    if (change !== undefined) {
      this.listener.onInstance(change);
    }
  }
}

/** Returns the change that an event tells of; undefined for other events. */
export function changeOf(text: string): InstanceChange | undefined {
  const event = eventSchema.safeParse(jsonOf(text));
  if (!event.success || event.data.type !== "lifecycle") {
    return undefined;
  }
  const { action, source } = event.data.metadata;
  const mayHaveStopped = Object.hasOwn(actions, action) ? actions[action] : undefined;
  const [, name] = /^\/1\.0\/(?:instances|containers)\/([^/?]+)/.exec(source) ?? [];
  return name === undefined || mayHaveStopped === undefined
    ? undefined
    : { name: decodeURIComponent(name), mayHaveStopped };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
