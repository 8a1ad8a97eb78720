import { setTimeout as pause } from "node:timers/promises";

/** What a client measures its waits with. */
export interface Time {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves when this many milliseconds have passed. */
  pause(milliseconds: number): Promise<void>;
}

export const systemTime: Time = {
  now: () => Date.now(),
  pause: (milliseconds) => pause(milliseconds),
};
