import { setTimeout as pause } from "node:timers/promises";

/** The clock of a client. */
export interface Time {
  /** Returns the milliseconds since 1970. */
  now(): number;
  /** Resolves after this many milliseconds. */
  pause(milliseconds: number): Promise<void>;
}

export const systemTime: Time = {
  now: () => Date.now(),
  pause: (milliseconds) => pause(milliseconds),
};
